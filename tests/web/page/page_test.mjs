// The page in a real browser over the real program, which $IMAGO_PROGRAM names.

import assert from "node:assert/strict";
import {after, before, beforeEach, test} from "node:test";
import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {openBrowser} from "./browser.mjs";
import {bmp, colourLibrary, halves, hashBundle, kHostileName, removeFolder, serve, tempFolder} from "./service.mjs";

const program = process.env.IMAGO_PROGRAM;
const shots = process.env.IMAGO_SCREENSHOTS;  // a folder that keeps pictures of the page
const home = tempFolder();
const library = colourLibrary();
let service, browser, page;
const complaints = [];  // errors of scripts and refused content

before(async () => {
  if (shots) mkdirSync(shots, {recursive: true});
  service = await serve(program, {
    data: join(home, "data"), model: hashBundle(join(home, "hash")), roots: [library],
  });
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  const code = await service?.stop();
  removeFolder(home);
  removeFolder(library);
  assert.equal(code, 0, "the service ends well on SIGTERM");
});

beforeEach(async () => {
  await page?.close();
  complaints.length = 0;
  page = await browser.newPage({viewport: {width: 1280, height: 800}});
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()); });
  page.on("dialog", (dialog) => { complaints.push(dialog.message()); dialog.dismiss(); });
  await page.goto(service.url);
  await settled();
});

const tiles = () => page.locator("#grid button.tile");
const status = (pattern) => page.locator("#status", {hasText: pattern}).waitFor();
// Until what is asked for is what is shown.
const settled = () => page.locator("#grid:not([aria-busy])").waitFor({state: "attached"});
async function type(text) {
  await page.fill("#text", text);
  await settled();
  await status(/Best|in .* ms/);
}
async function firstNames(start, count = 5) {
  await page.waitForFunction(([start, count]) => {
    const all = [...document.querySelectorAll("#grid .name")].slice(0, count);
    return all.length === count && all.every((one) => one.textContent.startsWith(start));
  }, [start, count]);
}
async function shot(name) {
  if (!shots) return;
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(400);
  await page.screenshot({path: join(shots, `${name}.png`)});
}

test("an empty collection says what to do, and an import fills it", async () => {
  await page.getByText("No pictures yet").waitFor();
  await shot("empty");
  await page.getByRole("button", {name: "Import a folder"}).click();
  await page.fill("#import-path", "/etc");
  await page.locator("#import-form button").click();
  await page.locator("#import-hint.bad").waitFor();
  await page.fill("#import-path", library);
  await page.locator("#import-form button").click();
  await page.locator("#jobs").getByText("completed, with errors").waitFor({timeout: 60000});
  assert.equal(await page.locator("#import-hint.bad").count(), 0);
  await page.getByRole("button", {name: "Failed files"}).click();
  await page.locator("#jobs .failed").getByText("torn.bmp").waitFor();
  await shot("import");
  await page.click("#close-imports");
  await status("151 pictures");
});

test("typing finds the right pictures first", async () => {
  await type("red");
  await firstNames("red-", 12);
  await type("blue");
  await firstNames("blue-", 12);
  assert.match(await page.textContent("#status"), /Best 60 pictures in .* ms/);
  await shot("search");
});

test("scrolling loads more until all are there", async () => {
  await status("151 pictures");
  await tiles().nth(59).waitFor({state: "attached"});
  for (let i = 0; i < 20 && await tiles().count() < 151; ++i) {
    await page.mouse.wheel(0, 4000);
    await page.waitForTimeout(100);
  }
  assert.equal(await tiles().count(), 151);
  assert.equal(new Set(await page.locator("#grid button.tile").evaluateAll(
    (all) => all.map((tile) => tile.querySelector("img").src))).size, 151);
});

test("the grid does not jump while pictures load", async () => {
  await tiles().nth(30).waitFor({state: "attached"});
  const places = () => tiles().evaluateAll((all) =>
    all.slice(0, 31).map((tile) => tile.parentElement.offsetTop));
  const early = await places();
  await page.waitForLoadState("networkidle");
  assert.deepEqual(await places(), early);
});

test("details show the picture and what is known of it", async () => {
  await type("green");
  await firstNames("green-");
  await tiles().first().click();
  const details = page.locator("#details");
  await details.waitFor();
  assert.match(await page.textContent("#score-label"), /Score [01]\.\d+ . cosine/);
  assert.match(await page.textContent("#details-table"), /green-\d+\.bmp/);
  await page.waitForFunction(() => document.getElementById("details-image").src.includes("/original"));
  await shot("details");
  const title = await page.textContent("#details-title");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((old) => document.getElementById("details-title").textContent !== old, title);
  await page.keyboard.press("Escape");
  await details.waitFor({state: "hidden"});
  // The browser gives the focus back in an event of its own, after the dialog is gone.
  const second = await tiles().nth(1).elementHandle();
  await page.waitForFunction((tile) => tile === document.activeElement, second);
});

// The labels shown once the answer has come, best first, with their shares.
async function classified(count) {
  await page.waitForFunction((count) =>
    document.querySelectorAll("#classify-answer li").length === count, count);
  return page.locator("#classify-answer li").evaluateAll((all) => all.map((one) => ({
    label: one.querySelector(".name").textContent,
    percent: parseFloat(one.querySelector(".percent").textContent),
    value: one.querySelector("meter").value,
  })));
}

test("a picture is classified with one's own labels, by keyboard alone", async () => {
  await type("green");
  await firstNames("green-");
  await tiles().first().click();
  await page.locator("#classify-prompts option").first().waitFor({state: "attached"});
  assert.equal(await page.inputValue("#classify-prompts"), "photo");
  await page.focus("#classify-labels");
  const title = await page.textContent("#details-title");
  await page.keyboard.type(" red,green, <b>blue</b>,,red");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.textContent("#details-title"), title, "arrows move within the text");
  await page.keyboard.press("Enter");
  const answer = await classified(3);
  assert.equal(answer[0].label, "green");
  assert.deepEqual(answer.map((one) => one.label).sort(), ["<b>blue</b>", "green", "red"]);
  assert.ok(Math.abs(answer.reduce((sum, one) => sum + one.percent, 0) - 100) < 0.3);
  for (const one of answer) assert.ok(Math.abs(one.value * 100 - one.percent) < 0.06);
  await page.locator("#classify-answer").scrollIntoViewIfNeeded();
  await shot("classify");
  // Another set is asked for at once; the next picture with the same labels, too.
  await page.selectOption("#classify-prompts", "texture");
  await page.locator("#classify-hint", {hasText: "100 %"}).waitFor();
  await page.focus("#close-details");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((old) => document.getElementById("details-title").textContent !== old, title);
  assert.equal((await classified(3))[0].label, "green");
  // Opened again, it waits to be asked; what was typed and chosen is still there.
  await page.reload();
  await page.locator("#classify-prompts option").first().waitFor({state: "attached"});
  assert.equal(await page.inputValue("#classify-labels"), " red,green, <b>blue</b>,,red");
  assert.equal(await page.inputValue("#classify-prompts"), "texture");
  assert.equal(await page.locator("#classify-answer li").count(), 0);
  await page.fill("#classify-labels", " , ");
  await page.press("#classify-labels", "Enter");
  await page.locator("#classify-hint", {hasText: "Type some labels"}).waitFor();
  await page.fill("#classify-labels", "x".repeat(201));
  await page.press("#classify-labels", "Enter");
  await page.locator("#classify-hint.bad", {hasText: "labels[0]: must have at most 200 bytes"}).waitFor();
  complaints.length = 0;  // the browser reports that refusal, too
});

// Captions and pictures with known events in a collection of their own.
async function eventCollection() {
  const put = async (id, body, type) => {
    const response = await fetch(`${service.url}v1/collections/happenings/assets/${id}`,
                                 {method: "PUT", body, headers: {"Content-Type": type}});
    assert.ok(response.ok, await response.text());
  };
  await put("swapped", "A man arrested police in Kyiv.", "text/plain");
  await put("right", "Police arrested a man in Kyiv.", "text/plain");
  await put("other", "A woman vaccinates a girl.", "text/plain");
  // The twin sees an arrest in halves of two colours.
  await put("blue-red", halves([20, 20, 220], [220, 20, 20], 60, 40), "image/bmp");
  await put("red-blue", halves([220, 20, 20], [20, 20, 220], 60, 40), "image/bmp");
}

const tileNames = () => tiles().evaluateAll((all) =>
  all.map((tile) => tile.querySelector(".name").textContent));

test("an event is built by keyboard, finds who did it, and shows how well each role fits", async () => {
  await eventCollection();
  await page.goto(`${service.url}#c=happenings`);
  await page.reload();
  await settled();
  await status("5 items");
  await page.focus("#open-events");
  await page.keyboard.press("Enter");
  await page.locator("#event-types option").first().waitFor({state: "attached"});
  assert.equal(await page.evaluate(() => document.activeElement.id), "event-type");
  await page.keyboard.type("Arrest");
  await page.locator("#event-role-person").waitFor();
  assert.match(await page.textContent("#event-definition"), /\w/);
  await page.focus("#event-role-agent");
  await page.keyboard.type("police");
  await page.focus("#event-role-person");
  await page.keyboard.type("man");
  await page.focus("#event-role-place");
  await page.keyboard.type("Kyiv");
  await page.keyboard.press("Enter");
  await page.locator(".chip .words", {hasText: "Arrest: agent police, person man, place Kyiv"}).waitFor();
  await settled();
  await status(/in .* ms/);
  assert.deepEqual((await tileNames()).slice(0, 2), ["Police arrested a man in Kyiv.", "A man arrested police in Kyiv."]);
  const bars = (i) => page.locator("#grid li").nth(i).locator(".role-bar meter")
    .evaluateAll((all) => all.map((meter) => meter.value));
  assert.deepEqual(await bars(0), [1, 1, 1]);
  assert.deepEqual((await bars(1)).map((score) => score > 0.5), [false, false, true]);
  assert.match(await tiles().first().getAttribute("aria-label"), /score 1.00, Agent 100 %, Person 100 %, Place 100 %/);
  await shot("events");
  await tiles().first().click();
  await page.locator("#details-text", {hasText: "Police arrested"}).waitFor();
  assert.ok(await page.locator("#details-image").isHidden());
  assert.ok(await page.locator("#more-like-this").isHidden());
  assert.match(await page.textContent("#details-event-list"), /Arrest.*arrested.*Place.*Kyiv/s);
  await page.keyboard.press("Escape");
  // Negated, and anyone; and the builder closes.
  await page.locator("#details").waitFor({state: "hidden"});
  await page.locator(".chip .remove").click();
  await page.locator("select[aria-label='Agent: how']").selectOption("not");
  await page.locator("select[aria-label='Person: how']").selectOption("anyone");
  await page.locator("#event-form button").click();
  await page.locator(".chip .words", {hasText: "agent not police, person anyone"}).waitFor();
  await settled();
  await status(/in .* ms/);
  const names = await tileNames();
  assert.ok(names.indexOf("A man arrested police in Kyiv.") < names.indexOf("Police arrested a man in Kyiv."));
  await page.focus("#event-type");
  await page.keyboard.press("Escape");
  await page.locator("#events").waitFor({state: "hidden"});
  assert.equal(await page.evaluate(() => document.activeElement.id), "open-events");
  await page.reload();
  await page.locator(".chip .words", {hasText: "agent not police"}).waitFor();
});

test("pointing at a role shows where in the picture it is seen", async () => {
  const event = JSON.stringify({type: "Arrest", roles: {agent: "blue", person: "red"}});
  await page.goto(`${service.url}#c=happenings&e=${encodeURIComponent(`+${event}`)}`);
  await page.reload();
  await settled();
  await status(/in .* ms/);
  assert.equal((await tileNames())[0], "blue-red");
  const first = page.locator("#grid li").first();
  await first.locator("img.loaded").waitFor();
  const boxes = async (host) => {
    const frame = await host.locator(".region").boundingBox();
    const image = await host.locator("img").boundingBox();
    return [(frame.x - image.x) / image.width, (frame.x + frame.width - image.x) / image.width];
  };
  const near = (got, wanted) => got.forEach((value, i) =>
    assert.ok(Math.abs(value - wanted[i]) < 0.03, `${got} is not ${wanted}`));
  await first.locator(".role-bar").nth(0).hover();
  near(await boxes(first), [0, 0.5]);
  await first.locator(".role-bar").nth(1).hover();
  near(await boxes(first), [0.5, 1]);
  await shot("region");
  await page.mouse.move(640, 780);
  assert.equal(await page.locator(".region").count(), 0);
  // In the details the focus is enough.
  await tiles().first().click();
  await page.waitForFunction(() => document.getElementById("details-image").src.includes("/original"));
  await page.locator("#details-roles button").nth(1).focus();
  const stage = page.locator("#details .stage");
  const frame = await stage.locator(".region").boundingBox();
  const box = await stage.boundingBox();
  assert.ok(Math.abs(frame.x - (box.x + box.width / 2)) < 4, "it begins in the middle");
  await shot("region-details");
  await page.focus("#close-details");
  assert.equal(await page.locator(".region").count(), 0);
});

test("with the builder open a text that tells of an event is read as one", async () => {
  await page.goto(`${service.url}#c=happenings&events=auto`);
  await page.reload();
  await settled();
  await page.fill("#text", "police arresting a man");
  await status(/read as Arrest: agent police, person man/);
  assert.equal((await tileNames())[0], "Police arrested a man in Kyiv.");
  await page.fill("#event-type", "Arest");
  await page.focus("#event-type");
  await page.keyboard.press("Enter");
  await page.locator("#toast", {hasText: "spelled most alike: Arrest"}).waitFor();
  complaints.length = 0;  // the browser reports that refusal, too
});

test("Back closes the details and goes back to the search before", async () => {
  await type("red");
  await page.keyboard.press("Enter");
  await settled();
  await firstNames("red-");
  await tiles().first().click();
  await page.locator("#details").waitFor();
  await page.goBack();
  await page.locator("#details").waitFor({state: "hidden"});
  assert.match(page.url(), /q=red/);
});

test("more like this searches by the picture", async () => {
  await type("blue");
  await firstNames("blue-");
  await tiles().nth(2).click();
  await page.click("#more-like-this");
  await page.locator("#chips img").waitFor();
  await settled();
  await firstNames("blue-", 10);
  assert.equal(await page.inputValue("#text"), "");
  const before = page.url();
  await tiles().nth(3).focus();
  await page.keyboard.press("m");
  await page.waitForFunction((old) => location.href !== old, before);
  await settled();
  assert.equal(await page.locator("#chips .chip").count(), 1);
  assert.ok(await tiles().evaluateAll((all) => all.includes(document.activeElement)), "the focus stays in the grid");
});

test("words become terms that are added and subtracted", async () => {
  await page.fill("#text", "red");
  await page.click("#plus");
  await page.fill("#text", "green");
  await page.click("#minus");
  await page.locator(".chip.negative").waitFor();
  await firstNames("red-", 10);
  await page.locator(".chip .sign").nth(1).click();
  await page.waitForFunction(() => !document.querySelector(".chip.negative"));
  await page.locator(".chip .sign").first().click();
  await firstNames("green-", 10);
  await shot("terms");
  await page.locator(".chip .remove").first().click();
  await page.waitForFunction(() => document.querySelectorAll(".chip").length === 1);
});

test("a picture dropped on the page is searched by", async () => {
  const base64 = bmp([10, 200, 10], 900, 600).toString("base64");
  const drop = await page.evaluateHandle((base64) => {
    const transfer = new DataTransfer();
    const raw = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    transfer.items.add(new File([raw], "x.bmp", {type: "image/bmp"}));
    return transfer;
  }, base64);
  await page.dispatchEvent("body", "dragover", {dataTransfer: drop});
  await page.locator("#drop").waitFor();
  await page.dispatchEvent("body", "drop", {dataTransfer: drop});
  await page.locator("#chips img").waitFor();
  await firstNames("green-", 10);
});

test("the address holds the search", async () => {
  await page.goto(`${service.url}#q=blue&t=-green`);
  await page.reload();
  await firstNames("blue-", 10);
  assert.equal(await page.inputValue("#text"), "blue");
  assert.equal(await page.locator(".chip.negative .words").textContent(), "green");
});

test("the keyboard alone is enough", async () => {
  await tiles().nth(20).waitFor({state: "attached"});
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "text");
  await page.keyboard.type("red");
  await settled();
  await firstNames("red-");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  assert.ok(await tiles().nth(1).evaluate((tile) => tile === document.activeElement));
  await page.keyboard.press("ArrowDown");
  const top = (tile) => tile.parentElement.offsetTop;
  const below = await page.evaluate(() => document.activeElement.parentElement.offsetTop);
  assert.ok(below > await tiles().nth(1).evaluate(top));
  await page.keyboard.press("Enter");
  await page.locator("#details").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#details").waitFor({state: "hidden"});
});

test("what is typed before the page is ready is searched for", async () => {
  for (const slow of ["**/app.js", "**/v1/collections"]) {
    let release;
    const held = new Promise((resolve) => { release = resolve; });
    await page.route(slow, async (route) => { await held; await route.continue(); });
    await page.goto("about:blank");
    await page.goto(service.url, {waitUntil: "commit"});
    await page.locator("#text").pressSequentially("blue");
    release();
    await settled();
    await firstNames("blue-", 10);
    assert.equal(await page.inputValue("#text"), "blue");
    await page.unroute(slow);
  }
});

test("a hostile file name is text and nothing else", async () => {
  await type("yellow");
  await page.getByText(kHostileName).first().waitFor({state: "attached"});
  await page.locator("button.tile", {hasText: kHostileName}).click();
  await page.locator("#details-title", {hasText: kHostileName}).waitFor();
  assert.notEqual(await page.title(), "owned");
  assert.equal(await page.locator("img[src='x']").count(), 0);
});

test("a phone shows all without scrolling sideways", async () => {
  await page.setViewportSize({width: 360, height: 740});
  await type("red");
  await firstNames("red-");
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(await wide() <= 360, `${await wide()} pixels wide`);
  await shot("phone");
  await tiles().first().click();
  await page.locator("#more-like-this").waitFor();
  await shot("phone-details");
  await page.fill("#classify-labels", `red,${"a very long label that has to wrap ".repeat(3)},${"x".repeat(90)}`);
  await page.press("#classify-labels", "Enter");
  await page.locator("#classify-answer li").nth(2).waitFor();
  await page.locator("#classify-hint").scrollIntoViewIfNeeded();
  assert.ok(await wide() <= 360, `${await wide()} pixels wide`);
  const facts = await page.locator(".facts").evaluate((box) => [box.scrollWidth, box.clientWidth]);
  assert.ok(facts[0] <= facts[1], `the facts are ${facts[0]} wide in ${facts[1]}`);
  await shot("phone-classify");
});

test("dark and light follow the system", async () => {
  const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({colorScheme: "light"});
  const light = await back();
  await page.emulateMedia({colorScheme: "dark"});
  assert.notEqual(await back(), light);
  await type("red");
  await firstNames("red-");
  await shot("dark");
});

test("every button, picture and field has a name", async () => {
  await tiles().first().waitFor();
  const nameless = await page.evaluate(() => [
    ...document.querySelectorAll("button, input, select, a, dialog, img"),
  ].filter((one) => one.tagName === "IMG" ? one.getAttribute("alt") === null :
    !(one.ariaLabel || one.getAttribute("aria-labelledby") || one.textContent.trim() ||
      one.labels?.length)).map((one) => one.outerHTML));
  assert.deepEqual(nameless, []);
});

test("nothing complained and nothing came from elsewhere", async () => {
  const foreign = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(service.url) && !/^(data|blob):/.test(request.url())) foreign.push(request.url());
  });
  await page.reload();
  await type("red");
  await firstNames("red-");
  await tiles().first().click();
  await page.waitForLoadState("networkidle");
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
});
