// The policy's text; the lines where the automaton waits now are lit.
import { el, byId, setText, setAttribute } from "./dom.js";
import { tokenLines } from "./tokens.js";

const MANY_LINES = 20_000;

export class SourceView {
  #files = new Map(); // file object -> {lines: [element], list}
  #lit = [];
  #shown = null;
  #key = "";

  constructor() {
    this.box = byId("source");
    this.choice = byId("source-file");
    this.choice.addEventListener("change", () => {
      this.chosen = Number(this.choice.value);
      this.onchoice();
    });
    this.chosen = null;
    this.onchoice = () => {};
  }

  /** automaton: of the description; situation: null if not known. */
  render(policy, automatonIndex, situation, key) {
    if (key === this.#key) return;
    this.#key = key;
    const { files, automata } = policy.description;
    const automaton = automata[automatonIndex];
    const places = situation?.places ?? [];
    const changed = this.policy !== policy || this.automaton !== automatonIndex;
    if (changed) this.chosen = null;
    this.policy = policy;
    this.automaton = automatonIndex;
    const holds = (file) => places.some((place) => place[0] === file);
    let file = this.chosen ?? (holds(this.#shown?.index) && !changed ? this.#shown.index : automaton.file);
    if (this.chosen === null && places.length > 0 && !holds(file)) file = places[0][0];
    this.#choices(files, places, file);
    const view = this.#show(files[file], file);
    this.#light(view, places.filter((place) => place[0] === file), automaton, changed);
  }

  #choices(files, places, current) {
    const labels = files.map((file, i) => {
      const count = new Set(places.filter((place) => place[0] === i).map((place) => place[1])).size;
      return file.name + (count > 0 ? ` (${count})` : "");
    });
    const mark = labels.join("\n");
    if (this.choice.dataset.mark !== mark) {
      this.choice.dataset.mark = mark;
      this.choice.replaceChildren(...labels.map((text, i) => el("option", { value: i, text })));
    }
    this.choice.value = String(current);
    this.choice.closest(".file-choice").hidden = files.length < 2;
  }

  #show(file, index) {
    if (!this.#files.has(file)) this.#files.set(file, this.#build(file));
    const view = this.#files.get(file);
    if (this.#shown?.view !== view) {
      this.box.replaceChildren(view.list);
      this.#shown = { index, view };
    }
    return view;
  }

  #build(file) {
    const lines = tokenLines(file.text).slice(0, MANY_LINES).map((parts, i) => el("li", { class: "line" },
      el("span", { class: "number", text: String(i + 1) }),
      el("span", { class: "gutter", "aria-hidden": "true" }),
      el("code", {}, ...parts.map(([kind, text]) =>
        kind ? el("span", { class: "token-" + kind, text }) : document.createTextNode(text)))));
    return { lines, list: el("ol", { class: "lines" }, ...lines) };
  }

  #light(view, places, automaton, moved) {
    for (const line of this.#lit) {
      line.classList.remove("lit");
      line.removeAttribute("aria-current");
      setText(line.children[1], "");
    }
    const numbers = [...new Set(places.map((place) => place[1]))].sort((a, b) => a - b);
    this.#lit = numbers.map((number) => view.lines[number - 1]).filter(Boolean);
    for (const line of this.#lit) {
      line.classList.add("lit");
      setAttribute(line, "aria-current", "step");
      setText(line.children[1], "▶");
    }
    if (this.#lit.length > 0) this.#follow(this.#lit);
    else if (moved) this.reveal(view.lines[automaton.first_line - 1]);
  }

  /** Scrolls if none of these lines is in view. */
  #follow(lines) {
    const box = this.box.getBoundingClientRect();
    const seen = lines.some((line) => {
      const place = line.getBoundingClientRect();
      return place.top >= box.top && place.bottom <= box.bottom;
    });
    if (!seen) this.reveal(lines[0]);
  }

  reveal(line) {
    if (!line) return;
    const offset = line.getBoundingClientRect().top - this.box.getBoundingClientRect().top;
    this.box.scrollTop += offset - this.box.clientHeight / 3;
  }

  /** Shows this line of this file. */
  goTo(file, number) {
    this.chosen = file;
    this.onchoice();
    const view = this.#show(this.policy.description.files[file], file);
    this.choice.value = String(file);
    this.reveal(view.lines[number - 1]);
    this.box.focus();
  }
}
