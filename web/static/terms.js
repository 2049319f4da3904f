// The terms of a search: words, pictures and events, each towards (+1) or away (-0.7).
//
// A term is {text} or {asset, label} or {picture, url} or {event}, with `negative`. `asset` is the
// asset_path of a stored picture, `picture` the key of one that was dropped here, `event` as in
// events.js.

import {el} from "./dom.js";
import {eventText} from "./events.js";

const kAwayWeight = -0.7;
const kLongestSide = 448;  // more than any model looks at
const pictures = new Map();

// Scales a dropped picture down, so that little is sent, and gives back its term.
export async function pictureTerm(blob) {
  const bitmap = await createImageBitmap(blob);
  const scale = Math.min(1, kLongestSide / Math.max(bitmap.width, bitmap.height));
  const canvas = el("canvas", {
    width: Math.max(1, Math.round(bitmap.width * scale)),
    height: Math.max(1, Math.round(bitmap.height * scale)),
  });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const key = Math.random().toString(36).slice(2, 10);
  rememberPicture(key, canvas.toDataURL("image/jpeg", 0.92));
  return {picture: key, negative: false};
}

function rememberPicture(key, url) {
  pictures.set(key, url);
  try { sessionStorage.setItem(`picture-${key}`, url); } catch { /* full: this page still has it */ }
}

function pictureUrl(key) {
  return pictures.get(key) || sessionStorage.getItem(`picture-${key}`);
}

export function queryOf(terms) {
  return terms.map((term) => {
    const weight = term.negative ? kAwayWeight : 1;
    if (term.text) return {text: term.text, weight};
    if (term.event) return {event: term.event, weight};
    if (term.asset) return {image: {asset_path: term.asset}, weight};
    return {image: {base64: pictureUrl(term.picture).split(",")[1]}, weight};
  });
}

// In the address: one parameter for each term, its sign first.
export function termsToParams(terms, params) {
  for (const term of terms) {
    const kind = term.text ? "t" : term.event ? "e" : term.asset ? "a" : "p";
    const value = term.event ? JSON.stringify(term.event) : term.text || term.asset || term.picture;
    params.append(kind, (term.negative ? "-" : "+") + value);
  }
}

// Null where it is none; the service looks at the rest.
function eventOf(text) {
  try {
    const {type, roles} = JSON.parse(text);
    return typeof roles === "object" && roles !== null ? (type ? {type, roles} : {roles}) : null;
  } catch {
    return null;
  }
}

export function termsFromParams(params) {
  const terms = [];
  let lost = false;
  for (const [kind, value] of params) {
    const negative = value.startsWith("-");
    const rest = value.slice(1);
    if (!rest) continue;
    if (kind === "t") terms.push({text: rest, negative});
    if (kind === "e" && eventOf(rest)) terms.push({event: eventOf(rest), negative});
    if (kind === "a") terms.push({asset: rest, negative});
    if (kind === "p" && pictureUrl(rest)) terms.push({picture: rest, negative});
    if (kind === "p" && !pictureUrl(rest)) lost = true;
  }
  return {terms, lost};
}

// Empty for pictures.
export const termText = (term) => (term.event ? eventText(term.event) : term.text || "");

function chipFace(term, thumbnailOf) {
  if (termText(term)) return el("span", {className: "words"}, termText(term));
  const src = term.asset ? thumbnailOf(term.asset) : pictureUrl(term.picture);
  return el("img", {src, alt: term.asset ? "a picture of the collection" : "your picture"});
}

// Redraws the chips; `change(terms)` is told of a new list.
export function drawChips(list, terms, thumbnailOf, change) {
  list.replaceChildren(...terms.map((term, i) => {
    const what = termText(term) || "this picture";
    const sign = el("button", {
      type: "button", className: "sign",
      title: term.negative ? "Away from it: turn towards it" : "Towards it: turn away from it",
      "aria-label": `${what}: ${term.negative ? "subtracted" : "added"}; change`,
    }, term.negative ? "\u2212" : "+");
    sign.onclick = () =>
      change(terms.map((other, k) => (k === i ? {...other, negative: !other.negative} : other)));
    const remove = el("button", {
      type: "button", className: "remove", title: "Remove", "aria-label": `Remove ${what}`,
    }, "\u00d7");
    remove.onclick = () => change(terms.filter((_, k) => k !== i));
    return el("li", {className: term.negative ? "chip negative" : "chip"}, sign,
              chipFace(term, thumbnailOf), remove);
  }));
}
