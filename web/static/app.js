// The page: what is asked for lives in the address, and the grid shows the answer.

import {api, onTokenNeeded, thumbnailUrl} from "./api.js";
import {Classify} from "./classify.js";
import {$, debounce, el, number, toast} from "./dom.js";
import {fillDetails} from "./details.js";
import {EventBuilder, eventText} from "./events.js";
import {Grid} from "./grid.js";
import {Imports} from "./imports.js";
import {drawChips, pictureTerm, queryOf, termsFromParams, termsToParams, termText} from "./terms.js";

const kPage = 60;
const kTypingMs = 250;

// `events`: the builder is open, and texts that tell of an event are searched for as events.
const state = {collection: "main", terms: [], text: "", open: null, events: false};
let cursor = null;
let loading = null;  // aborts the request under way
let collections = null;  // until the service has told

const grid = new Grid($("grid"), (asset) => openDetails(asset));
const classify = new Classify();
const builder = new EventBuilder(
  (event) => go({terms: [...state.terms, {event, negative: false}]}), (open) => go({events: open}));
const imports = new Imports(() => state.collection, debounce(importChanged, 400));

// ---- the address ---------------------------------------------------------------------------

function address() {
  const params = new URLSearchParams();
  if (state.collection !== "main") params.set("c", state.collection);
  if (state.text) params.set("q", state.text);
  termsToParams(state.terms, params);
  if (state.events) params.set("events", "auto");
  if (state.open) params.set("open", state.open);
  const text = params.toString();
  return text ? `#${text}` : location.pathname;
}

function readAddress() {
  const params = new URLSearchParams(location.hash.slice(1));
  const read = termsFromParams(params);
  state.collection = params.get("c") || "main";
  state.text = params.get("q") || "";
  state.terms = read.terms;
  state.open = params.get("open");
  state.events = params.get("events") === "auto";
  if (read.lost) toast("The picture of this search was dropped in another window; drop it again.");
}

// `typed`: a step that Back need not come by again.
function go(change, typed = false) {
  // What is being typed counts, though its search may not have begun.
  Object.assign(state, {text: $("text").value}, change);
  history[typed ? "replaceState" : "pushState"](null, "", address());
  refresh();
}

// ---- searching -----------------------------------------------------------------------------

function effectiveTerms() {
  const text = state.text.trim();
  const away = text.startsWith("-") && text.length > 1;
  const typed = text ? [{text: away ? text.slice(1).trim() : text, negative: away}] : [];
  return [...state.terms, ...typed].filter((term) => term.text !== "");
}

// Away from something alone says nothing: then all pictures are shown.
const isSearch = () => effectiveTerms().some((term) => !term.negative);

function fetchPage(from, signal) {
  const terms = effectiveTerms();
  if (!isSearch()) {
    return api.list(state.collection, kPage, from, signal)
      .then((answer) => ({...answer, hits: answer.assets}));
  }
  const events = state.events ? "auto" : "none";
  return api.search(state.collection, {query: queryOf(terms), limit: kPage, cursor: from, events}, signal);
}

async function load(first) {
  loading?.abort();
  if (collections === null) return;
  if (!collections.some((one) => one.name === state.collection)) {
    grid.clear();
    grid.setBusy(false);
    showEmpty();
    return;
  }
  const mine = new AbortController();
  loading = mine;
  grid.setBusy(true);
  try {
    const start = performance.now();
    const answer = await fetchPage(first ? null : cursor, mine.signal);
    if (first) {
      window.scrollTo(0, 0);
      grid.replace(state.collection, answer.hits);
    } else {
      grid.add(state.collection, answer.hits);
    }
    cursor = answer.next_cursor;
    tell(answer, performance.now() - start);
    drawSteps();
  } catch (error) {
    if (error.name !== "AbortError") failed(error, first);
  } finally {
    if (loading === mine) { loading = null; grid.setBusy(false); }
  }
  if (loading === null) loadIfSeen();
}

function failed(error, first) {
  cursor = null;
  if (first) $("status").textContent = "";
  toast(error.message);
}

function tell(answer, ms) {
  const shown = grid.assets.length;
  const searched = isSearch();
  const all = searched ? (cursor ? `Best ${number(shown)}` : number(shown)) : number(answer.total);
  const kind = grid.assets.some((asset) => asset.modality === "caption") ? "item" : "picture";
  const noun = shown === 1 && !cursor ? kind : `${kind}s`;
  const read = (answer.read_as || []).flatMap((one) => one.events).map(eventText);
  $("status").textContent = shown === 0 ? "" :
    searched ? `${all} ${noun} in ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` +
      (read.length ? ` \u00b7 read as ${read.join(" and ")}` : "") : `${all} ${noun}`;
  $("empty").hidden = shown > 0;
  if (shown === 0) showEmpty();
}

function showEmpty() {
  const searched = isSearch() && collections.some((one) => one.items > 0);
  const box = $("empty");
  box.hidden = false;
  $("status").textContent = searched ? "No pictures" : "";
  if (searched) {
    box.replaceChildren(el("h2", {}, "Nothing here"),
                        el("p", {}, "Try other words, or take a term away."));
    return;
  }
  const button = el("button", {type: "button", className: "main"}, "Import a folder");
  button.onclick = () => imports.open();
  box.replaceChildren(
    el("h2", {}, "No pictures yet"),
    el("p", {}, "Import a folder of pictures; then find them here by describing them."), button,
    el("p", {className: "hint"}, "Or at the command line: ", el("code", {}, "imago index ~/Pictures")));
}

// Draws all from the state.
function refresh() {
  $("collection").value = state.collection;
  if ($("text").value !== state.text) $("text").value = state.text;
  builder.setOpen(state.events);
  const thumbnailOf = (path) =>
    thumbnailUrl(state.collection, {asset_path: path, sha256: ""});
  drawChips($("chips"), state.terms, thumbnailOf, (terms) => go({terms}));
  $("text").placeholder = state.terms.length ? "and \u2026" : "Describe a picture, or drop one here";
  document.title = [...state.terms.map((term) => termText(term) || "picture"), state.text]
    .filter(Boolean).join(", ") || "Imago";
  load(true);
  showOpen();
}

function loadIfSeen() {
  if (!cursor || loading) return;
  if ($("more").getBoundingClientRect().top < innerHeight * 2) load(false);
}
new IntersectionObserver(loadIfSeen, {rootMargin: "100% 0px"}).observe($("more"));
addEventListener("scroll", loadIfSeen, {passive: true});

// ---- terms ---------------------------------------------------------------------------------

const typed = debounce(() => {
  if ($("text").value !== state.text) go({}, true);
  else if (loading === null) grid.setBusy(false);
}, kTypingMs);
$("text").addEventListener("input", () => { grid.setBusy(true); typed(); });
$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  typed.cancel();
  if ($("text").value.trim().startsWith("-")) addWords(true);
  else go({});
});

function addWords(negative) {
  const text = $("text").value.trim().replace(/^[-+]\s*/, "");
  typed.cancel();
  $("text").focus();
  if (!text) return;
  go({text: "", terms: [...state.terms, {text, negative}]});
}
$("plus").onclick = () => addWords(false);
$("minus").onclick = () => addWords(true);

async function addPicture(blob) {
  try {
    const term = await pictureTerm(blob);
    go({terms: [...state.terms.filter((other) => other.text || other.event), term], open: null});
  } catch {
    toast("The browser cannot read this picture.");
  }
}
$("pick").onclick = () => $("file").click();
$("file").onchange = () => { if ($("file").files[0]) addPicture($("file").files[0]); $("file").value = ""; };

const imageOf = (transfer) => [...(transfer?.files || [])].find((file) => file.type.startsWith("image/"));
addEventListener("paste", (event) => {
  const file = imageOf(event.clipboardData);
  if (file) { event.preventDefault(); addPicture(file); }
});
addEventListener("dragover", (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  $("drop").hidden = false;
});
addEventListener("dragleave", (event) => { if (!event.relatedTarget) $("drop").hidden = true; });
addEventListener("drop", (event) => {
  $("drop").hidden = true;
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  const file = imageOf(event.dataTransfer);
  if (file) addPicture(file);
  else toast("That is not a picture.");
});

// ---- details -------------------------------------------------------------------------------

let shownAsset = null;

function openDetails(asset) {
  state.open = asset.asset_path;
  history.pushState(null, "", address());
  showOpen(asset);
}

async function showOpen(asset) {
  const dialog = $("details");
  if (!state.open) { if (dialog.open) dialog.close(); return; }
  const known = asset || grid.assets.find((other) => other.asset_path === state.open);
  try {
    shownAsset = known || await api.asset(state.collection, state.open);
  } catch (error) {
    toast(error.message);
    return;
  }
  fillDetails(state.collection, shownAsset);
  classify.show(state.collection, shownAsset);
  drawSteps();
  if (!dialog.open) dialog.showModal();
}

function drawSteps() {
  const i = grid.indexOf(shownAsset);
  $("previous").hidden = i <= 0;
  $("next").hidden = i < 0 || i + 1 >= grid.assets.length;
}

function step(by) {
  const i = grid.indexOf(shownAsset);
  const asset = i < 0 ? undefined : grid.assets[i + by];
  if (!asset) return;
  state.open = asset.asset_path;
  history.replaceState(null, "", address());
  showOpen(asset);
}

function closed() {
  classify.close();
  if (state.open) { state.open = null; history.pushState(null, "", address()); }
  grid.focusAsset(shownAsset);
}

function like(asset, negative) {
  if (asset.modality === "caption") return;
  const term = {asset: asset.asset_path, negative};
  const kept = negative ? state.terms : [];
  const text = negative ? state.text : "";
  $("details").close();
  go({terms: [...kept, term], text, open: null});
}

$("details").addEventListener("close", closed);
$("details").addEventListener("click", (event) => { if (event.target === $("details")) $("details").close(); });
$("details").addEventListener("keydown", (event) => {
  if (event.target.closest("input, select")) return;  // there arrows have a meaning of their own
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});
$("close-details").onclick = () => $("details").close();
$("previous").onclick = () => step(-1);
$("next").onclick = () => step(1);
$("more-like-this").onclick = () => like(shownAsset, false);
$("less-like-this").onclick = () => like(shownAsset, true);

// ---- the rest ------------------------------------------------------------------------------

addEventListener("keydown", (event) => {
  const writing = event.target.closest?.("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && !writing && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    $("text").select();
  }
  if (event.key === "m" && !writing) {
    const asset = $("details").open ? shownAsset : grid.focused();
    if (asset) like(asset, false);
  }
  if (event.key === "ArrowDown" && event.target === $("text")) { event.preventDefault(); grid.focus(0); }
  if (event.key === "Backspace" && event.target === $("text") && !$("text").value && state.terms.length) {
    go({terms: state.terms.slice(0, -1)});
  }
});
addEventListener("popstate", () => { readAddress(); refresh(); });
$("skip").onclick = (event) => { event.preventDefault(); $("results-heading").focus(); };
$("home").onclick = (event) => { event.preventDefault(); go({terms: [], text: "", open: null}); };
$("collection").onchange = () => go({collection: $("collection").value, terms: [], open: null});

async function importChanged() {
  await drawCollections();
  if (!isSearch() && scrollY < 100) load(true);
}

async function drawCollections() {
  try {
    collections = (await api.collections()).collections;
  } catch (error) {
    collections ??= [];
    toast(error.message);
    return;
  }
  const names = new Set([...collections.map((one) => one.name), state.collection]);
  $("collection").replaceChildren(...[...names].sort().map((name) => el("option", {value: name}, name)));
  $("collection").value = state.collection;
  $("collection").hidden = names.size < 2;
}

onTokenNeeded(() => new Promise((resolve) => {
  $("token").addEventListener("close", () => resolve($("token-text").value), {once: true});
  if (!$("token").open) $("token").showModal();
}));

readAddress();
// Somebody may type before all is there.
$("text").value ||= state.text;
await drawCollections();
typed.cancel();
state.text = $("text").value;
refresh();
imports.poll();
