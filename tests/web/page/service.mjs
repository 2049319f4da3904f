// Runs the program `imago` on a library of its own.

import {execFileSync, spawn} from "node:child_process";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

export const tempFolder = () => mkdtempSync(join(tmpdir(), "imago-page-"));

// The bundle whose encoder knows colours by name.
export function hashBundle(folder) {
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, "model.json"),
                JSON.stringify({
                  format: 1, family: "hash", name: "hash", dim: 64,
                  preprocess: {size: 32, mode: "short_side", mean: [0, 0, 0], std: [1, 1, 1]},
                }));
  return folder;
}

function global(data, model) {
  return ["--data", data, ...(model ? ["--model", model] : [])];
}

export function index(program, {data, model, folder}) {
  try {
    execFileSync(program, [...global(data, model), "index", folder], {stdio: "inherit"});
  } catch (error) {
    if (error.status !== 1) throw error;  // 1: some files could not be read, and were named
  }
}

// Resolves once the address is printed: {url, stop}.
export function serve(program, {data, model, roots = [], env = {}}) {
  const child = spawn(program, [
    ...global(data, model), "serve", "--port", "0", ...roots.flatMap((root) => ["--import-root", root]),
  ], {stdio: ["ignore", "pipe", "inherit"], env: {...process.env, ...env}});
  const stop = () => new Promise((resolve) => {
    child.once("exit", (code) => resolve(code));
    child.kill("SIGTERM");
  });
  return new Promise((resolve, reject) => {
    let out = "";
    child.stdout.on("data", (piece) => {
      out += piece;
      const url = out.match(/http:\/\/[^\s]+/);
      if (url) resolve({url: url[0], stop});
    });
    child.once("exit", (code) => reject(new Error(`imago serve ended with ${code}: ${out}`)));
  });
}

// A BMP file of one colour.
export function bmp([red, green, blue], width = 40, height = 30) {
  const stride = (width * 3 + 3) & ~3;
  const file = Buffer.alloc(54 + stride * height);
  file.write("BM");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x) file.set([blue, green, red], 54 + y * stride + x * 3);
  }
  return file;
}

// One whose halves have these colours.
export function halves(left, right, width, height) {
  const file = bmp(left, width, height);
  const stride = (width * 3 + 3) & ~3;
  const [red, green, blue] = right;
  for (let y = 0; y < height; ++y) {
    for (let x = width / 2; x < width; ++x) file.set([blue, green, red], 54 + y * stride + x * 3);
  }
  return file;
}

export const kHostileName = "<img src=x onerror=\"document.title='owned'\">.bmp";

// 150 pictures in shades of red, green and blue, of several shapes; one with a hostile name; one
// that is cut off.
export function colourLibrary() {
  const folder = tempFolder();
  const shapes = [[40, 30], [30, 40], [60, 30], [32, 32]];
  for (let i = 0; i < 150; ++i) {
    const shade = [0, 0, 0].map((_, channel) => (channel === i % 3 ? 150 + (i >> 1) : (i % 7) * 4));
    const name = `${["red", "green", "blue"][i % 3]}-${String(i).padStart(3, "0")}.bmp`;
    writeFileSync(join(folder, name), bmp(shade, ...shapes[i % 4]));
  }
  writeFileSync(join(folder, kHostileName), bmp([240, 240, 20]));
  writeFileSync(join(folder, "torn.bmp"), bmp([1, 2, 3]).subarray(0, 99));
  return folder;
}

export const removeFolder = (folder) => rmSync(folder, {recursive: true, force: true});
