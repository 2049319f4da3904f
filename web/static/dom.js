// Small tools for the page. Text always enters as text, never as markup.

export const $ = (id) => document.getElementById(id);

// el("li", {className: "x"}, "text", child)
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

export function debounce(action, ms) {
  let timer = 0;
  const later = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), ms);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

let toastTimer = 0;
export function toast(text) {
  const box = $("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, 6000);
}

export const number = (value) => value.toLocaleString("en");

export function bytes(value) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let step = 0;
  while (value >= 1000 && step < units.length - 1) { value /= 1000; ++step; }
  return `${step === 0 ? value : value.toFixed(1)} ${units[step]}`;
}

// The last part of a path; ids that are no paths stay whole.
export const baseName = (id) => id.split("/").filter(Boolean).pop() || id;
