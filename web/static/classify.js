// "Classify this" in the details: which of the labels that one types fits the picture best.

import {api} from "./api.js";
import {$, el} from "./dom.js";

const kShown = 10;

function remembered(key) {
  try { return localStorage.getItem(key) || ""; } catch { return ""; }
}

function remember(key, value) {
  try { localStorage.setItem(key, value); } catch { /* refused: it lasts as long as the page */ }
}

// The parts between commas, each once.
function labelsOf(text) {
  return [...new Set(text.split(",").map((part) => part.trim()).filter(Boolean))];
}

function bar({label, p, score}) {
  const percent = `${(100 * p).toFixed(1)} %`;
  const meter = el("meter", {min: 0, max: 1, value: p, "aria-label": `${label}, ${percent}`});
  return el("li", {title: `Cosine ${score.toFixed(3)}`}, el("span", {className: "name"}, label), meter,
            el("span", {className: "percent"}, percent));
}

export class Classify {
  constructor() {
    this.picture = null;  // {collection, asset} of the details that are open
    this.running = null;  // aborts the request under way
    this.asked = false;   // since the details were opened: then other pictures are classified too
    $("classify-labels").value = remembered("imago-labels");
    $("classify-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.asked = true;
      this.run();
    });
    $("classify-prompts").onchange = () => {
      remember("imago-prompts", $("classify-prompts").value);
      if (this.asked) this.run();
    };
  }

  show(collection, asset) {
    this.picture = {collection, asset};
    this.clear("");
    this.fillPrompts();
    if (this.asked) this.run();
  }

  close() {
    this.asked = false;
    this.clear("");
  }

  clear(hint) {
    this.running?.abort();
    this.running = null;
    $("classify-answer").replaceChildren();
    $("classify-hint").textContent = hint;
    $("classify-hint").className = "hint";
  }

  async fillPrompts() {
    const list = $("classify-prompts");
    if (list.options.length > 0) return;
    try {
      const bank = await api.prompts();
      if (list.options.length > 0) return;
      list.replaceChildren(...bank.prompts.map(({name, templates}) => el("option", {
        value: name, title: templates.slice(0, 8).join("\n"),
      }, templates.length === 1 ? `${name}: ${templates[0]}` : `${name} (${templates.length} sentences)`)));
      list.value = remembered("imago-prompts");
      if (list.selectedIndex < 0) list.value = bank.default;
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error) {
    this.clear(error.message);
    $("classify-hint").className = "hint bad";
  }

  async run() {
    const labels = labelsOf($("classify-labels").value);
    remember("imago-labels", $("classify-labels").value);
    if (labels.length === 0) return this.clear("Type some labels, with commas between them.");
    this.clear("\u2026");
    const mine = new AbortController();
    this.running = mine;
    const {collection, asset} = this.picture;
    try {
      const answer = await api.classify({
        inputs: [{image: {asset_path: asset.asset_path}, collection}],
        labels, top: kShown, prompts: $("classify-prompts").value || undefined,
      }, mine.signal);
      if (this.running !== mine) return;
      $("classify-answer").replaceChildren(...answer.results[0].labels.map(bar));
      $("classify-hint").textContent = "Shares among these labels: 100 % in all, even where none fits.";
    } catch (error) {
      if (this.running === mine) this.fail(error);
    }
  }
}
