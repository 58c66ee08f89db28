// The policy's text. Lines where the automaton waits have a sign, and the statements at which it does
// are marked; lines that have boxes in its drawing lead to them.
import { el, byId, setText, setAttribute } from "./dom.js";
import { tokenLines } from "./tokens.js";
import { markedLine, spanOn } from "./marks.js";
import { Roving } from "./roving.js";

const MANY_LINES = 20_000;

// What a line's sign says; the first that applies.
const SIGNS = [
  ["refused", "✕", "refused here"],
  ["lit", "▶", "waits here"],
  ["linked", "◆", "chosen"],
];

export class SourceView {
  #files = new Map(); // file object -> {lines: [element], tokens, list, leading: lines that lead to boxes of leadsOf}
  #touched = []; // [view, number] of the lines that are not as they were built
  #leading = null; // the lines shown that lead to boxes
  #shown = null;
  #key = "";
  #link = null;
  #roving = new Roving((item) => item.focus());

  /** actions: {link(line), unlink()} */
  constructor(actions) {
    this.actions = actions;
    this.box = byId("source");
    this.choice = byId("source-file");
    this.choice.addEventListener("change", () => {
      this.chosen = Number(this.choice.value);
      this.onchoice();
    });
    this.box.addEventListener("click", (event) => this.#click(event));
    this.box.addEventListener("keydown", (event) => this.#keyDown(event));
    this.chosen = null;
    this.onchoice = () => {};
  }

  /** shown: {policy, automaton, situation (null: not known), refused, link (of Attention), key} */
  render(shown) {
    const { policy, situation, link, key } = shown;
    if (key === this.#key) return;
    this.#key = key;
    const { files, automata } = policy.description;
    const automaton = automata[shown.automaton];
    const places = situation?.places ?? [];
    const changed = this.policy !== policy || this.automaton !== shown.automaton;
    const news = link !== this.#link ? link : null;
    // What was chosen by a link lasts as long.
    if (changed || (this.#link && !link)) this.chosen = null;
    if (news && news.from !== "source" && news.places.length > 0) this.chosen = news.places[0][0];
    this.#link = link;
    this.policy = policy;
    this.automaton = shown.automaton;
    const file = this.#fileOf(places, automaton, changed);
    this.#choices(files, places, file);
    const view = this.#show(files[file], file);
    this.#lead(view, policy.places[shown.automaton]);
    const here = (all) => all.filter((place) => place[0] === file);
    const lit = here(places);
    const linked = here(link?.places ?? []);
    this.#mark(view, [[lit, "lit"], [shown.refused ? lit : [], "refused"], [linked, "linked"]]);
    const lines = (all) => all.map((place) => view.lines[place[1] - 1]).filter(Boolean);
    if (news && news.from !== "source") this.#follow(lines(linked));
    else if (link) return; // whoever reads something else is left there
    else if (lit.length > 0) this.#follow(lines(lit));
    else if (changed) this.reveal(view.lines[automaton.first_line - 1]);
  }

  #fileOf(places, automaton, changed) {
    const holds = (file) => places.some((place) => place[0] === file);
    if (this.chosen !== null) return this.chosen;
    const file = holds(this.#shown?.index) && !changed ? this.#shown.index : automaton.file;
    return places.length > 0 && !holds(file) ? places[0][0] : file;
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
    const tokens = tokenLines(file.text).slice(0, MANY_LINES);
    const lines = tokens.map((parts, i) => el("li", { class: "line" },
      el("span", { class: "number", text: String(i + 1) }),
      el("span", { class: "gutter", "aria-hidden": "true" }),
      el("code", {}, ...markedLine(parts, []))));
    return { lines, tokens, leading: [], leadsOf: null, list: el("ol", { class: "lines" }, ...lines) };
  }

  /** The lines that have boxes lead to them: their numbers are buttons. */
  #lead(view, places) {
    if (view.leadsOf !== places) {
      for (const line of view.leading) {
        line.classList.remove("leads");
        for (const name of ["role", "tabindex", "aria-label"]) line.firstChild.removeAttribute(name);
      }
      view.leadsOf = places;
      view.leading = places.lines(this.#shown.index).map((number) => view.lines[number - 1]).filter(Boolean);
      for (const line of view.leading) {
        line.classList.add("leads");
        setAttribute(line.firstChild, "role", "button");
        setAttribute(line.firstChild, "tabindex", "-1");
        setAttribute(line.firstChild, "aria-label", `line ${line.firstChild.textContent}, show its box`);
      }
    }
    if (this.#leading === view.leading) return;
    this.#leading = view.leading;
    this.#roving.set(view.leading.map((line) => line.firstChild));
  }

  /** groups: [[places, class], ...] */
  #mark(view, groups) {
    const spans = new Map(); // number of a line -> [[from, to, class], ...]
    const signs = new Map(); // line -> Set of classes
    for (const [places, name] of groups) {
      for (const place of places) {
        if (!view.lines[place[1] - 1]) continue;
        if (!signs.has(place[1])) signs.set(place[1], new Set());
        signs.get(place[1]).add(name);
        for (let number = place[1]; number <= Math.min(place[3], view.lines.length); number += 1) {
          const span = spanOn(place, number, view.tokens[number - 1].map(([, text]) => text).join(""));
          if (!spans.has(number)) spans.set(number, []);
          if (span) spans.get(number).push([...span, name]);
        }
      }
    }
    for (const [of, number] of this.#touched) {
      if (of !== view || !spans.has(number)) this.#line(of, number, [], new Set());
    }
    this.#touched = [];
    for (const [number, found] of spans) {
      this.#line(view, number, found, signs.get(number) ?? new Set());
      this.#touched.push([view, number]);
    }
  }

  #line(view, number, spans, names) {
    const line = view.lines[number - 1];
    for (const [name] of SIGNS) line.classList.toggle(name, names.has(name));
    setAttribute(line, "aria-current", names.has("lit") ? "step" : null);
    const sign = SIGNS.find(([name]) => names.has(name));
    const gutter = line.children[1];
    setText(gutter, sign?.[1] ?? "");
    setAttribute(gutter, "aria-hidden", sign ? null : "true");
    setAttribute(gutter, "role", sign ? "img" : null);
    setAttribute(gutter, "aria-label", sign?.[2] ?? null);
    const code = line.children[2];
    const mark = spans.map((span) => span.join(":")).join(" ");
    if ((code.dataset.mark ?? "") === mark) return;
    code.dataset.mark = mark;
    code.replaceChildren(...markedLine(view.tokens[number - 1], spans));
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

  #click(event) {
    const line = event.target.closest(".line.leads");
    // Text that is being selected is not clicked at.
    if (!line || !getSelection().isCollapsed) return;
    this.#roving.stop = line.firstChild;
    this.actions.link(this.#shown.index, Number(line.firstChild.textContent), false);
  }

  #keyDown(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") {
      if (!this.actions.unlink()) return;
    } else if (event.target.getAttribute("role") === "button" && (event.key === "Enter" || event.key === " ")) {
      this.actions.link(this.#shown.index, Number(event.target.textContent), true);
    } else if (!this.#roving.key(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The focus to the first line that is marked by the link; else to the text. */
  focusLink() {
    const line = this.box.querySelector(".line.linked");
    if (line?.classList.contains("leads")) this.#roving.stop = line.firstChild;
    (line?.classList.contains("leads") ? line.firstChild : this.box).focus({ preventScroll: true });
  }
}
