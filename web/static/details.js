// One picture in large, with all that is known of it.

import {originalUrl, thumbnailUrl} from "./api.js";
import {$, baseName, bytes, el, number} from "./dom.js";

function show(value) {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function rows(asset) {
  const known = [
    ["Id", asset.asset_id],
    ["Size", `${number(asset.width)} \u00d7 ${number(asset.height)} pixels, ${bytes(asset.bytes)}`],
  ];
  if (asset.modified_ms) known.push(["Modified", new Date(asset.modified_ms).toLocaleString()]);
  if (asset.origin !== "library") known.push(["Origin", asset.origin]);
  for (const [key, value] of Object.entries(asset.metadata || {})) known.push([key, show(value)]);
  return known.map(([key, value]) =>
    el("tr", {}, el("th", {scope: "row"}, key), el("td", {}, value)));
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
  $("details-caption").hidden = !asset.caption;
  const scored = asset.score !== undefined;
  $("details-score").hidden = !scored;
  if (scored) {
    $("details-meter").value = asset.score;
    $("score-label").textContent =
      `Score ${asset.score.toFixed(3)} \u00b7 cosine ${asset.raw_score.toFixed(3)}`;
  }
  $("original").href = originalUrl(collection, asset);
  $("details-table").replaceChildren(...rows(asset));
  showPicture(collection, asset);
}
