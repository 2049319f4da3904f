// Renders free drawings, icon sets on npm, as pictures with a manifest: drawings.mjs OUT_DIR
//
// Emoji sets show the same concepts in several artists' styles; their concepts are named by
// Unicode. Other sets' icons are named by their own names. Two styles are held out whole, and of
// the others a share of the concepts and of the pictures.

import {createHash} from "node:crypto";
import {createRequire} from "node:module";
import {existsSync, mkdirSync, readFileSync, renameSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import sharp from "sharp";

const kSide = 256;
const kNovelPercent = 5;  // of the concepts: in no style ever trained on
const kTestPercent = 3;   // of the pictures of the other concepts
const kEmojiSets = [
  "twemoji", "noto", "noto-v1", "fluent-emoji", "fluent-emoji-flat", "fluent-emoji-high-contrast", "emojione",
  "emojione-monotone", "emojione-v1", "fxemoji", "openmoji", "streamline-emojis",
];
const kHeldOut = ["openmoji", "streamline-emojis"];
const kNamedSets = [
  "game-icons", "flat-color-icons", "healthicons", "streamline-freehand-color", "streamline-ultimate-color",
];
const require = createRequire(import.meta.url);
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const load = (name, file) => readJson(require.resolve(`@iconify-json/${name}/${file}`));

const plain = (text) => text.normalize("NFKD").replace(/[^\p{L}\p{N}]+/gu, " ").trim().toLowerCase();
const squeezed = (text) => plain(text).replaceAll(" ", "");
const share = (text, salt) => createHash("sha256").update(`${salt}\n${text}`).digest().readUInt32BE(0) % 100;

// Unicode's emoji: {label, keywords} by squeezed name and by code points.
function readConcepts() {
  const words = readJson(require.resolve("emojilib/dist/emoji-en-US.json"));
  const byName = new Map();
  const byCode = new Map();
  const byHexcode = new Map();
  const codes = (text) => [...text].map((c) => c.codePointAt(0).toString(16)).filter((c) => c !== "fe0f").join("-");
  for (const emoji of readJson(require.resolve("emojibase-data/en/data.json"))) {
    const label = emoji.label.replaceAll("\u2019", "'");
    const found = words[emoji.emoji] || words[emoji.emoji.replaceAll("\ufe0f", "")] || [];
    const keywords = [...new Set([...found, ...(emoji.tags || [])].map((word) => word.replaceAll("_", " ")))]
      .filter((word) => /^[\p{L}][\p{L} '-]+$/u.test(word) && word !== label);
    const concept = {label, keywords};
    byHexcode.set(emoji.hexcode, concept);
    byName.set(squeezed(label), concept);
    byCode.set(codes(emoji.emoji), concept);
  }
  // Names that programs give to emoji, where Unicode's own name does not mean another.
  for (const list of ["cldr", "emojibase", "joypixels", "github", "iamcal"]) {
    const shortcodes = readJson(require.resolve(`emojibase-data/en/shortcodes/${list}.json`));
    for (const [hexcode, names] of Object.entries(shortcodes)) {
      const concept = byHexcode.get(hexcode);
      for (const name of concept ? [names].flat() : []) {
        if (!byName.has(squeezed(name))) byName.set(squeezed(name), concept);
      }
    }
  }
  return {byName, byCode};
}

// Icons of an emoji set that Unicode names, one for each concept.
function emojiOf(set, concepts) {
  const icons = load(set, "icons.json");
  const names = new Map();  // icon -> all its names
  for (const name of Object.keys(icons.icons)) names.set(name, [name]);
  for (const [alias, {parent}] of Object.entries(icons.aliases || {})) names.get(parent)?.push(alias);
  const codeOf = new Map(Object.entries(load(set, "chars.json")).map(([code, name]) => [name, code.toLowerCase()]));
  const found = new Map();
  for (const [name, all] of names) {
    let concept;
    for (const one of all) {
      const code = codeOf.get(one)?.split("-").filter((c) => c !== "fe0f").join("-");
      concept ||= concepts.byCode.get(code) || concepts.byName.get(squeezed(one)) ||
        concepts.byName.get(squeezed(one.replace(/-\d+$/, "").replace(/^flag-for-/, "flag-")));
    }
    if (concept && !found.has(concept.label)) found.set(concept.label, {name, ...concept});
  }
  return {icons, entries: [...found.values()]};
}

function namedOf(set) {
  const icons = load(set, "icons.json");
  const entries = [];
  const seen = new Set();
  for (const name of Object.keys(icons.icons)) {
    if (/-(negative|outline|24px)|^(abstract|plain)-/.test(name)) continue;
    const label = plain(name.replace(/-\d+$/, ""));
    if (label.length < 3 || seen.has(label)) continue;
    seen.add(label);
    entries.push({name, label, keywords: []});
  }
  return {icons, entries};
}

function svgOf(icons, name) {
  const icon = icons.icons[name];
  const width = icon.width || icons.width || 16;
  const height = icon.height || icons.height || 16;
  const body = icon.body.replaceAll("currentColor", "#000");
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
    `width="${kSide}" height="${kSide}" viewBox="${icon.left || 0} ${icon.top || 0} ${width} ${height}">${body}</svg>`;
}

function split(set, label, file) {
  if (kHeldOut.includes(set)) return ["test", "measure"];
  if (share(label, "concept") < kNovelPercent) return ["novel", "train"];
  return [share(file, "picture") < kTestPercent ? "test" : "train", "train"];
}

async function render(svg, path) {
  if (existsSync(path)) return;
  await sharp(Buffer.from(svg)).resize(kSide, kSide).png({compressionLevel: 6}).toFile(`${path}.tmp`);
  renameSync(`${path}.tmp`, path);
}

const out = process.argv[2];
if (!out) {
  console.error("usage: drawings.mjs OUT_DIR");
  process.exit(2);
}
sharp.concurrency(1);
const concepts = readConcepts();
const rows = ["file\tsource\tlabel\tcaption\tsplit\tuse\tlicence\tkeywords"];
for (const set of [...kEmojiSets, ...kNamedSets]) {
  const {icons, entries} = kEmojiSets.includes(set) ? emojiOf(set, concepts) : namedOf(set);
  const licence = load(set, "info.json").license.spdx;
  mkdirSync(join(out, set), {recursive: true});
  let failed = 0;
  for (const {name, label, keywords} of entries) {
    const file = `${set}/${name}.png`;
    try {
      await render(svgOf(icons, name), join(out, file));
    } catch {
      ++failed;
      continue;
    }
    rows.push([file, set, label, label, ...split(set, label, file), licence, keywords.join(", ")].join("\t"));
  }
  console.log(`${set}: ${entries.length - failed} pictures${failed ? `, ${failed} could not be drawn` : ""}`);
}
writeFileSync(join(out, "drawings.tsv.tmp"), rows.join("\n") + "\n");
renameSync(join(out, "drawings.tsv.tmp"), join(out, "drawings.tsv"));
