// Who did what to whom: the builder of event terms, the bars of roles, and where a role is seen.
//
// An event term is {event: {type, roles}, negative}, its roles as the service takes them: "police",
// {not: "police"} or "anyone".

import {api} from "./api.js";
import {$, el, toast} from "./dom.js";

// Offered while no type is chosen.
const kCommonRoles = ["Agent", "Person", "Target", "Item", "Instrument", "Place"];

function fillerText(filler) {
  return typeof filler === "string" ? filler : `not ${filler.not}`;
}

// "Arrest: agent police, person not man"
export function eventText(event) {
  const roles = Object.entries(event.roles || {}).map(([role, filler]) =>
    `${role.toLowerCase()} ${fillerText(filler)}`);
  return [event.type, roles.join(", ")].filter(Boolean).join(": ");
}

export class EventBuilder {
  // `add(event)` is told of a built event; `changed(open)` when the builder is opened or closed.
  constructor(add, changed) {
    this.types = null;
    this.changed = changed;
    $("open-events").onclick = () => { this.setOpen(!this.open()); changed(this.open()); };
    $("event-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const built = this.built();
      if (built) add(built);
    });
    $("events").addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.setOpen(false);
      changed(false);
      $("open-events").focus();
    });
    $("event-type").addEventListener("input", () => this.drawRoles());
  }

  open() { return !$("events").hidden; }

  setOpen(open) {
    if (open === this.open()) return;
    $("events").hidden = !open;
    $("open-events").setAttribute("aria-expanded", String(open));
    if (!open) return;
    this.drawRoles();
    this.loadTypes();
    $("event-type").focus();
  }

  async loadTypes() {
    if (this.types) return;
    try {
      this.types = (await api.eventTypes()).types;
    } catch (error) {
      toast(error.message);
      return;
    }
    const names = this.types.map((one) => one.type).sort();
    $("event-types").replaceChildren(...names.map((name) => el("option", {value: name})));
    this.drawRoles();
  }

  chosen() {
    const name = $("event-type").value.trim().toLowerCase();
    return this.types?.find((one) => one.type.toLowerCase() === name ||
      one.also.some((also) => also.toLowerCase() === name));
  }

  // Keeps what was typed into roles that stay.
  drawRoles() {
    const type = this.chosen();
    $("event-definition").textContent = type?.definition || "";
    const names = type ? Object.keys(type.roles) : kCommonRoles;
    const old = new Map(this.rows().map((row) => [row.dataset.role, row]));
    $("event-roles").replaceChildren(...names.map((name, i) => old.get(name) || this.row(name, i)));
  }

  rows() { return [...$("event-roles").querySelectorAll(".role")]; }

  row(role) {
    const id = `event-role-${role.toLowerCase()}`;
    const text = el("input", {id, maxLength: 200, spellcheck: false, autocomplete: "off"});
    const mode = el("select", {"aria-label": `${role}: how`},
      el("option", {value: "is"}, "is"), el("option", {value: "not"}, "is not"),
      el("option", {value: "anyone"}, "anyone"));
    mode.onchange = () => { text.disabled = mode.value === "anyone"; };
    const row = el("div", {className: "role"}, el("label", {htmlFor: id}, role), mode, text);
    row.dataset.role = role;
    return row;
  }

  // The event as the service takes it; null, with a word about it, where nothing was filled in.
  built() {
    const roles = {};
    for (const row of this.rows()) {
      const mode = row.querySelector("select").value;
      const text = row.querySelector("input").value.trim();
      if (mode === "anyone") roles[row.dataset.role] = "anyone";
      else if (text) roles[row.dataset.role] = mode === "not" ? {not: text} : text;
    }
    const typed = $("event-type").value.trim();
    if (!typed && Object.keys(roles).length === 0) {
      $("event-definition").textContent = "Choose what happens, or who has a part in it.";
      return null;
    }
    const type = this.chosen()?.type || typed;
    return type ? {type, roles} : {roles};
  }
}

// ---- roles of hits -------------------------------------------------------------------------

// Where the region lies within the box of an image, in per cent, when the picture fills it ("cover")
// or fits into it ("contain").
function placeOf(image, [left, top, right, bottom], fit) {
  const width = image.naturalWidth || 1;
  const height = image.naturalHeight || 1;
  const across = image.clientWidth / width;
  const down = image.clientHeight / height;
  const scale = fit === "cover" ? Math.max(across, down) : Math.min(across, down);
  const x = (share) => 50 + (share - 0.5) * 100 * scale * width / (image.clientWidth || 1);
  const y = (share) => 50 + (share - 0.5) * 100 * scale * height / (image.clientHeight || 1);
  return {left: x(left), top: y(top), width: x(right) - x(left), height: y(bottom) - y(top)};
}

export function clearRegion(host) {
  host.querySelector(".region")?.remove();
}

// Draws a frame over the image, a child of `host` that fills it.
export function drawRegion(host, image, region, fit) {
  clearRegion(host);
  const frame = el("span", {className: "region", "aria-hidden": "true"});
  const place = placeOf(image, region, fit);
  for (const [side, value] of Object.entries(place)) frame.style[side] = `${value}%`;
  host.append(frame);
}

// Shows the frame while the element is pointed at or has the focus.
export function frameOn(element, host, image, region, fit) {
  const show = () => drawRegion(host, image, region, fit);
  const hide = () => clearRegion(host);
  element.addEventListener("pointerenter", show);
  element.addEventListener("pointerleave", hide);
  element.addEventListener("focus", show);
  element.addEventListener("blur", hide);
}

const percent = (score) => `${Math.round(100 * score)} %`;

// A bar for each role that was asked for: [name, element, region or undefined].
export function roleBars(asset, tag) {
  return Object.entries(asset.role_scores || {}).map(([role, score]) => {
    const meter = el("meter", {min: 0, max: 1, value: score, "aria-hidden": "true"});
    const bar = el(tag, {className: "role-bar", title: `${role}: ${percent(score)}`},
      el("span", {className: "name"}, role.toLowerCase()), meter);
    if (tag === "button") {
      bar.type = "button";
      bar.setAttribute("aria-label", `${role}: ${percent(score)}` +
        (asset.regions?.[role] ? ", show where" : ""));
    }
    return [role, bar, asset.regions?.[role]];
  });
}

export function rolesText(asset) {
  return Object.entries(asset.role_scores || {})
    .map(([role, score]) => `, ${role} ${percent(score)}`).join("");
}

// ---- events in the details -----------------------------------------------------------------

// Of what is seen in a picture only the likeliest of each role.
function argumentRows(event) {
  const best = new Map();
  for (const one of event.arguments) {
    const other = best.get(one.role);
    if (event.source !== "picture") best.set(`${one.role} ${best.size}`, one);
    else if (!other || other.confidence < one.confidence) best.set(one.role, one);
  }
  return [...best.values()].map((one) => el("tr", {}, el("th", {scope: "row"}, one.role),
    el("td", {}, one.text)));
}

function eventTable(event) {
  const how = event.source === "picture" ? "seen in the picture" : `\u201c${event.trigger.text}\u201d`;
  return el("table", {}, el("caption", {}, el("strong", {}, event.type), ` ${how}`),
            el("tbody", {}, ...argumentRows(event)));
}

export function fillEvents(asset) {
  const events = asset.event ? [asset.event] : asset.events || [];
  const stage = document.querySelector("#details .stage");
  clearRegion(stage);
  $("details-events").hidden = events.length === 0;
  $("details-roles").replaceChildren(...roleBars(asset, "button").map(([, bar, region]) => {
    if (region) frameOn(bar, stage, $("details-image"), region, "contain");
    return el("li", {}, bar);
  }));
  $("details-event-list").replaceChildren(...events.map(eventTable));
}
