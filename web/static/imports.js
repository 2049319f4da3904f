// The dialog that starts imports and shows how they go on.

import {api} from "./api.js";
import {$, el, number, toast} from "./dom.js";

const kEnded = ["completed", "completed_with_errors", "failed", "cancelled"];
const kPollMs = 1000;
const kNames = {completed_with_errors: "completed, with errors"};

const ended = (job) => kEnded.includes(job.state);

function counts(job) {
  const c = job.counts;
  const parts = [`${number(c.indexed)} indexed`];
  if (c.skipped) parts.push(`${number(c.skipped)} already there`);
  if (c.failed) parts.push(`${number(c.failed)} failed`);
  return `${parts.join(", ")} of ${number(c.discovered)} found`;
}

export class Imports {
  // `changed()` is called when an import has brought or ended something.
  constructor(collection, changed) {
    this.collection = collection;
    this.changed = changed;
    this.timer = 0;
    this.before = new Map();
    this.polled = false;
    this.turn = 0;  // of polls: an answer that another overtook is dropped
    this.openErrors = new Map();  // job -> its list, while shown
    $("open-imports").onclick = () => this.open();
    $("close-imports").onclick = () => $("imports").close();
    $("import-form").onsubmit = (event) => this.start(event);
  }

  async open() {
    $("imports").showModal();
    await this.poll();
    $("import-path").focus();
  }

  async start(event) {
    event.preventDefault();
    try {
      await api.startImport(this.collection(), [$("import-path").value.trim()]);
      $("import-path").value = "";
      $("import-hint").classList.remove("bad");
      await this.poll();
    } catch (error) {
      $("import-hint").textContent = error.message;
      $("import-hint").classList.add("bad");
    }
  }

  // Goes on by itself while something is under way.
  async poll() {
    clearTimeout(this.timer);
    const turn = ++this.turn;
    let answer;
    try {
      answer = await api.imports();
    } catch (error) {
      toast(error.message);
      return;
    }
    if (turn !== this.turn) return;
    this.showRoots(answer.roots);
    this.draw(answer.imports);
    this.tellChanges(answer.imports);
    if (answer.imports.some((job) => !ended(job))) {
      this.timer = setTimeout(() => this.poll(), kPollMs);
    }
  }

  showRoots(roots) {
    $("import-roots").replaceChildren(...roots.map((root) => el("option", {value: root})));
    $("import-form").hidden = roots.length === 0;
    if (!$("import-path").value && roots.length === 1) $("import-path").value = roots[0];
    if (roots.length && !$("import-hint").classList.contains("bad")) {
      $("import-hint").textContent = `Folders that may be read: ${roots.join(", ")}`;
    }
  }

  tellChanges(jobs) {
    let changed = false;
    for (const job of jobs) {
      const state = `${job.state} ${job.counts.indexed}`;
      const old = this.before.get(job.job);
      if (old !== undefined && old !== state) changed = true;
      // One that ended before it was first seen brought something too, but for those of old.
      if (old === undefined && (this.polled || !ended(job))) changed = true;
      this.before.set(job.job, state);
    }
    this.polled = true;
    const running = jobs.find((job) => !ended(job));
    $("open-imports").textContent = running ?
      `Importing ${number(running.counts.indexed + running.counts.skipped)} / ` +
        number(running.counts.discovered) : "Import";
    if (changed) this.changed();
  }

  draw(jobs) {
    if (jobs.length === 0) {
      $("jobs").replaceChildren(el("li", {className: "hint"}, $("import-form").hidden ?
        "This service may not read folders. Start it with --import-root FOLDER, or run: imago index FOLDER" :
        "No imports yet."));
      return;
    }
    $("jobs").replaceChildren(...jobs.slice(0, 20).map((job) => this.drawJob(job)));
  }

  drawJob(job) {
    const c = job.counts;
    const bar = el("progress", {max: Math.max(1, c.discovered), "aria-label": "Progress"});
    if (job.state !== "scanning" && job.state !== "queued") {
      bar.value = ended(job) && job.state.startsWith("completed") ? bar.max :
        c.indexed + c.skipped + c.failed;
    }
    const item = el("li", {}, el("div", {className: "bar"},
      el("strong", {}, kNames[job.state] || job.state), el("span", {}, counts(job))), bar);
    if (job.error) item.append(el("p", {className: "hint bad"}, job.error));
    const actions = this.actions(job);
    if (actions.length) item.append(el("div", {className: "actions"}, ...actions));
    if (this.openErrors.has(job.job)) item.append(this.openErrors.get(job.job));
    return item;
  }

  actions(job) {
    const button = (text, act) => el("button", {type: "button", onclick: act}, text);
    const steer = (verb) => async () => {
      try { await api.steer(job.job, verb); } catch (error) { toast(error.message); }
      this.poll();
    };
    const actions = [];
    if (job.state === "paused") actions.push(button("Resume", steer("resume")));
    if (job.state === "running") actions.push(button("Pause", steer("pause")));
    if (!ended(job)) actions.push(button("Cancel", steer("cancel")));
    if (job.counts.failed) {
      actions.push(button("Failed files", () => this.toggleErrors(job.job)));
      if (ended(job)) actions.push(button("Try these again", steer("retry-failed")));
    }
    return actions;
  }

  async toggleErrors(job) {
    if (!this.openErrors.delete(job)) {
      const errors = await api.importErrors(job);
      this.openErrors.set(job, el("ul", {className: "failed"}, ...errors.failed.map((file) =>
        el("li", {}, el("code", {}, file.path), " ", file.error))));
    }
    this.poll();
  }
}
