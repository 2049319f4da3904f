// One picture in large, with all that is known of it.

import {originalUrl, thumbnailUrl} from "./api.js";
import {$, baseName, bytes, el, number} from "./dom.js";
import {fillEvents} from "./events.js";

function show(value) {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function rows(asset) {
  const known = [["Id", asset.asset_id]];
  if (asset.modality !== "caption") {
    known.push(["Size", `${number(asset.width)} \u00d7 ${number(asset.height)} pixels, ${bytes(asset.bytes)}`]);
  }
  if (asset.modified_ms) known.push(["Modified", new Date(asset.modified_ms).toLocaleString()]);
  if (asset.origin !== "library") known.push(["Origin", asset.origin]);
  for (const [key, value] of Object.entries(asset.metadata || {})) known.push([key, show(value)]);
  return known.map(([key, value]) =>
    el("tr", {}, el("th", {scope: "row"}, key), el("td", {}, value)));
}

// Captions without a picture stand in its place, and what needs one is not offered.
function showCaption(asset) {
  const alone = asset.modality === "caption";
  $("details-text").hidden = !alone;
  $("details-text").textContent = alone ? asset.caption : "";
  $("details-image").hidden = alone;
  for (const id of ["more-like-this", "less-like-this", "original", "classify"]) $(id).hidden = alone;
  return alone;
}

function showPicture(collection, asset) {
  const image = $("details-image");
  const thumbnail = thumbnailUrl(collection, asset);
  image.alt = asset.caption || baseName(asset.asset_id);
  image.width = asset.width;
  image.height = asset.height;
  // The thumbnail is at hand at once. The file replaces it where the browser can show it.
  image.src = thumbnail;
  const file = new Image();
  file.onload = () => { if (image.src.endsWith(thumbnail)) image.src = file.src; };
  file.src = originalUrl(collection, asset);
}

export function fillDetails(collection, asset) {
  $("details-title").textContent = baseName(asset.asset_id);
  $("details-caption").textContent = asset.caption;
  $("details-caption").hidden = !asset.caption || asset.modality === "caption";
  const scored = asset.score !== undefined;
  $("details-score").hidden = !scored;
  if (scored) {
    $("details-meter").value = asset.score;
    $("score-label").textContent =
      `Score ${asset.score.toFixed(3)}` +
      (asset.event ? "" : ` \u00b7 cosine ${asset.raw_score.toFixed(3)}`);
  }
  $("original").href = originalUrl(collection, asset);
  $("details-table").replaceChildren(...rows(asset));
  fillEvents(asset);
  if (!showCaption(asset)) showPicture(collection, asset);
}
