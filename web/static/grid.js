// The grid of thumbnails: rows of equal height, as wide as the pictures' own proportions ask.

import {thumbnailUrl} from "./api.js";
import {baseName, el} from "./dom.js";
import {frameOn, roleBars, rolesText} from "./events.js";

const kLeastRatio = 0.55;
const kMostRatio = 2.6;

function ratio(asset) {
  const own = asset.width > 0 && asset.height > 0 ? asset.width / asset.height : 1;
  return Math.min(kMostRatio, Math.max(kLeastRatio, own));
}

function thumbnail(collection, asset) {
  const image = el("img", {
    loading: "lazy", decoding: "async", alt: "", src: thumbnailUrl(collection, asset),
  });
  image.onload = () => image.classList.add("loaded");
  image.onerror = () => image.closest("li")?.classList.add("broken");
  return image;
}

export class Grid {
  // `open(asset)` is asked for when a picture is chosen.
  constructor(list, open) {
    this.list = list;
    this.assets = [];
    list.addEventListener("click", (event) => {
      const tile = event.target.closest("button.tile");
      if (tile) open(this.assets[this.tiles().indexOf(tile)]);
    });
    list.addEventListener("keydown", (event) => this.move(event));
    list.addEventListener("focusin", (event) => this.rove(event.target));
  }

  tiles() { return [...this.list.querySelectorAll("button.tile")]; }

  indexOf(asset) { return this.assets.findIndex((other) => other.asset_path === asset?.asset_path); }

  // From the first change of what is asked for until its answer is drawn.
  setBusy(busy) {
    if (busy) this.list.setAttribute("aria-busy", "true");
    else this.list.removeAttribute("aria-busy");
  }

  clear() {
    this.assets = [];
    this.list.replaceChildren();
  }

  // Puts other pictures in place of those shown. A focus in the grid stays in it.
  replace(collection, assets) {
    const hadFocus = this.list.contains(document.activeElement);
    const focused = this.focused();
    this.clear();
    this.add(collection, assets);
    if (hadFocus) this.focus(Math.max(0, this.indexOf(focused)));
  }

  add(collection, assets) {
    const first = this.assets.length === 0;
    this.assets.push(...assets);
    this.list.append(...assets.map((asset) => this.tile(collection, asset)));
    if (first && assets.length) this.list.querySelector("button.tile").tabIndex = 0;
  }

  tile(collection, asset) {
    const name = asset.caption || baseName(asset.asset_id);
    const image = asset.modality === "caption" ? el("span", {className: "text"}, asset.caption) :
      thumbnail(collection, asset);
    const label = el("span", {className: "label"}, el("span", {className: "name"}, name));
    if (asset.score !== undefined) {
      label.append(el("span", {className: "score"}, asset.score.toFixed(2)));
    }
    const button = el("button", {type: "button", className: "tile", tabIndex: -1}, image, label);
    button.setAttribute("aria-label", asset.score === undefined ?
      name : `${name}, score ${asset.score.toFixed(2)}${rolesText(asset)}`);
    const item = el("li", {}, button);
    // The button's name tells them already.
    const bars = el("div", {className: "roles", "aria-hidden": "true"});
    for (const [, bar, region] of roleBars(asset, "span")) {
      if (region) frameOn(bar, item, image, region, "cover");
      bars.append(bar);
    }
    if (bars.children.length) item.append(bars);
    item.style.setProperty("--ratio", ratio(asset).toFixed(4));
    return item;
  }

  // Only one tile is in the tab order; arrows move from there.
  rove(target) {
    const tile = target.closest("button.tile");
    if (!tile) return;
    for (const other of this.list.querySelectorAll("button.tile[tabindex='0']")) other.tabIndex = -1;
    tile.tabIndex = 0;
  }

  focused() {
    const i = this.tiles().indexOf(document.activeElement);
    return i < 0 ? null : this.assets[i];
  }

  focus(i) {
    const tile = this.tiles()[i];
    if (!tile) return;
    tile.focus({preventScroll: true});
    tile.scrollIntoView({block: "nearest"});
  }

  focusAsset(asset) { this.focus(this.indexOf(asset)); }

  move(event) {
    const tiles = this.tiles();
    const i = tiles.indexOf(document.activeElement);
    if (i < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = {
      ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: tiles.length - 1,
      ArrowUp: this.nearest(tiles, i, -1), ArrowDown: this.nearest(tiles, i, 1),
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.focus(Math.min(tiles.length - 1, Math.max(0, to)));
  }

  // The tile in the row above or below whose middle is closest.
  nearest(tiles, i, step) {
    const middle = (tile) => tile.parentElement.offsetLeft + tile.parentElement.offsetWidth / 2;
    const top = (tile) => tile.parentElement.offsetTop;
    let k = i + step;
    while (tiles[k] && top(tiles[k]) === top(tiles[i])) k += step;
    if (!tiles[k]) return i;
    const row = top(tiles[k]);
    let best = k;
    for (; tiles[k] && top(tiles[k]) === row; k += step) {
      const gap = (j) => Math.abs(middle(tiles[j]) - middle(tiles[i]));
      if (gap(k) < gap(best)) best = k;
    }
    return best;
  }
}
