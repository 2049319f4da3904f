// Makes README's picture of the page: screenshot.mjs PROGRAM FOLDER WORDS OUT

import {statSync} from "node:fs";
import {join} from "node:path";
import {openBrowser} from "./browser.mjs";
import {index, removeFolder, serve, tempFolder} from "./service.mjs";

const kMaxBytes = 400_000;
const [program, folder, words, out] = process.argv.slice(2);
const home = tempFolder();
const data = join(home, "data");
index(program, {data, folder});
const service = await serve(program, {data, roots: [folder], env: {IMAGO_TOKEN: ""}});
const browser = await openBrowser();
try {
  const page = await browser.newPage({viewport: {width: 1280, height: 760}, colorScheme: "light"});
  await page.goto(`${service.url}#q=${encodeURIComponent(words)}`);
  await page.locator("#status", {hasText: " ms"}).waitFor();
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(600);
  // The best quality that keeps the file small.
  for (const quality of [88, 80, 70, 60, 45]) {
    await page.screenshot({path: out, type: "jpeg", quality});
    if (statSync(out).size < kMaxBytes) break;
  }
  console.log(`${out}: ${statSync(out).size} bytes`);
} finally {
  await browser.close();
  await service.stop();
  removeFolder(home);
}
