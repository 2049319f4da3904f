// The page over services of other kinds: one that asks for a token, one with real photos.

import assert from "node:assert/strict";
import {existsSync, readFileSync} from "node:fs";
import {test} from "node:test";
import {join, resolve} from "node:path";
import {openBrowser} from "./browser.mjs";
import {colourLibrary, hashBundle, index, removeFolder, serve, tempFolder} from "./service.mjs";

const program = process.env.IMAGO_PROGRAM;
const root = resolve(new URL(".", import.meta.url).pathname, "../../..");
const shared = process.env.IMAGO_SHARED_DATA || join(root, "../shared/data");
const photos = join(shared, "captioned-photos");

// Indexes `folder`, serves it, and gives `use` a page on it.
async function withPage({folder, model, env}, use) {
  const home = tempFolder();
  const settings = {data: join(home, "data"), model: model?.(join(home, "model")), folder, env};
  index(program, settings);
  const service = await serve(program, settings);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({viewport: {width: 1280, height: 800}});
    await page.goto(service.url);
    await use(page);
  } finally {
    await browser.close();
    await service.stop();
    removeFolder(home);
  }
}

test("a token is asked for once, and pictures come with it", async () => {
  const library = colourLibrary();
  await withPage({folder: library, model: hashBundle, env: {IMAGO_TOKEN: "S3cret-._~+/="}}, async (page) => {
    await page.fill("#token-text", "S3cret-._~+/=");
    await page.locator("#token-form button").click();
    await page.locator("#status", {hasText: "151 pictures"}).waitFor();
    await page.locator("#grid img.loaded").first().waitFor();
    await page.reload();
    await page.locator("#status", {hasText: "151 pictures"}).waitFor();
    assert.equal(await page.locator("#token[open]").count(), 0);
  });
  removeFolder(library);
});

const missing = process.env.IMAGO_WITH_TORCH === "OFF" ? "built without LibTorch" :
  !existsSync(join(root, "models/DEFAULT")) ? "no starter bundle" :
  !existsSync(photos) ? "needs shared data: captioned-photos" : false;

test("the starter bundle finds real photos by words", {skip: missing}, async () => {
  const lines = readFileSync(join(photos, "captions.tsv"), "utf8").split("\n").slice(1);
  const showing = (word) => new Set(lines.filter((line) => new RegExp(`\\b${word}`, "i").test(line))
    .map((line) => line.split("\t")[0]));
  await withPage({folder: join(photos, "images")}, async (page) => {
    await page.locator("#status", {hasText: "106 pictures"}).waitFor();
    for (const word of ["pizza", "tennis", "skateboard", "airplane"]) {
      await page.fill("#text", `a photo of ${word}`);
      const right = [...showing(word)];
      // Three or more of the 106 photos show each of these.
      await page.waitForFunction((right) => {
        const names = [...document.querySelectorAll("#grid .name")].slice(0, 3);
        return names.length === 3 && names.filter((one) => right.includes(one.textContent)).length >= 2;
      }, right);
    }
  });
});

test("the starter bundle classifies real photos with given labels", {skip: missing}, async () => {
  const labels = ["pizza", "tennis", "airplane"];
  const lines = readFileSync(join(photos, "captions.tsv"), "utf8").split("\n").slice(1);
  await withPage({folder: join(photos, "images")}, async (page) => {
    await page.locator("#status", {hasText: "106 pictures"}).waitFor();
    for (const label of labels) {
      // The photo that most captions call by the label, and not one where it is an aside.
      const times = new Map();
      for (const line of lines.filter((line) => new RegExp(`\\b${label}`, "i").test(line))) {
        const file = line.split("\t")[0];
        times.set(file, (times.get(file) || 0) + 1);
      }
      const [best] = [...times].sort((a, b) => b[1] - a[1])[0];
      const path = encodeURIComponent(join(photos, "images", best));
      await page.goto(`${new URL(page.url()).origin}/#open=${encodeURIComponent(path)}`);
      await page.reload();
      await page.fill("#classify-labels", labels.join(", "));
      await page.press("#classify-labels", "Enter");
      await page.locator("#classify-answer li").nth(2).waitFor();
      assert.equal(await page.locator("#classify-answer .name").first().textContent(), label);
      const percent = parseFloat(await page.locator("#classify-answer .percent").first().textContent());
      assert.ok(percent > 60, `${label}: ${percent} %`);
    }
  });
});
