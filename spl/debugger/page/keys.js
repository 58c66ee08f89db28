// Single keys for everything, told in the help dialog; and tabs by arrow keys.
import { el, byId, setAttribute } from "./dom.js";

const SHOWN = { " ": "Space", ArrowDown: "↓", ArrowUp: "↑" };
const STORE = "statecall-debugger-keys";

export class Keys {
  /** table: [[keys, what it does, function(), group], ...] */
  constructor(table) {
    this.table = table;
    this.enabled = load(STORE) !== "off";
    const choice = byId("keys-on");
    choice.checked = this.enabled;
    choice.addEventListener("change", () => {
      this.enabled = choice.checked;
      save(STORE, choice.checked ? "on" : "off");
    });
    document.addEventListener("keydown", (event) => this.#key(event));
    byId("help-keys").append(...this.#rows());
    byId("help-close").addEventListener("click", () => byId("help-dialog").close());
  }

  #rows() {
    return this.table.map(([keys, words]) => el("tr", {},
      el("td", {}, ...keys.flatMap((key, i) => [i > 0 ? " " : "", el("kbd", { text: SHOWN[key] ?? key })])),
      el("td", { text: words })));
  }

  #key(event) {
    if (!this.enabled || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    const field = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select");
    if (field) {
      if (event.key === "Escape") field.blur();
      return;
    }
    // Keys that mean something to what has the focus are its own: scrolling, buttons.
    const own = (event.key.length > 1 && event.key !== "F6") || event.key === " ";
    if (own && event.target !== document.body && !(event.key === " " && event.target.id === "timeline-list")) return;
    const found = this.table.find(([keys]) => keys.includes(event.key));
    if (!found) return;
    event.preventDefault();
    found[2](event.key);
  }
}

/** Tabs (role=tablist): one tab stop, arrow keys; chosen(id of the panel). */
export function tabs(list, chosen) {
  const all = () => [...list.querySelectorAll("[role=tab]")];
  const choose = (tab, focus) => {
    for (const other of all()) {
      setAttribute(other, "aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
    }
    if (focus) tab.focus();
    chosen(tab);
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) choose(tab, false);
  });
  list.addEventListener("keydown", (event) => {
    const tabsNow = all();
    const at = tabsNow.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabsNow.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    choose(tabsNow[(to + tabsNow.length) % tabsNow.length], true);
  });
  return choose;
}

/** Settings of this browser; there may be none. */
export function load(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function save(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A browser without storage forgets, that is all.
  }
}
