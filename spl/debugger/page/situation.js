// Where the automata wait, what their variables are, and what they allow next.
import { el, byId, setText, direction, nameParts, number, plural } from "./dom.js";
import { valueText, typeText } from "./policy.js";

const MANY_PLACES = 16;

export class SituationView {
  #key = "";

  /** actions: {goTo(automaton, file, line), choose(automaton), step(name)} */
  constructor(actions) {
    this.actions = actions;
    this.automata = byId("automata");
    this.allowed = byId("allowed");
    this.filter = byId("allowed-filter");
    this.filter.addEventListener("input", () => this.#filterRows());
  }

  /** shown: {policy, situations, before, automaton, refusers (indices), canStep, key} */
  render(shown) {
    if (shown.key === this.#key) return;
    this.#key = shown.key;
    const { policy, situations } = shown;
    const focus = focusMark(this.automata);
    const cards = policy.description.automata.map((automaton, i) => this.#automaton(shown, automaton, i));
    this.automata.replaceChildren(...cards.splice(shown.automaton, 1), ...cards);
    focus(this.automata);
    const next = policy.next(situations);
    const allowedFocus = focusMark(this.allowed);
    this.allowed.replaceChildren(...this.#next(shown, next));
    allowedFocus(this.allowed);
    setText(byId("allowed-count"), String(next.allowed.length));
    this.#filterRows();
  }

  #automaton(shown, automaton, i) {
    const situation = shown.situations[i];
    const before = shown.before?.[i];
    const state = !situation ? "situation not known" : situation.finished ? "finished" : "";
    return el("section", { class: i === shown.automaton ? "automaton current" : "automaton" },
      el("h3", {},
        el("button", { class: "link name", "data-focus": "a" + i, text: automaton.name, "aria-pressed": String(i === shown.automaton),
          onclick: () => this.actions.choose(i) }),
        state ? el("span", { class: "badge", text: state }) : null,
        shown.refusers.includes(i) ? el("span", { class: "badge bad", text: "✕ refuses" }) : null),
      situation ? this.#places(shown, situation, i) : null,
      situation ? this.#variables(automaton, situation, before) : null);
  }

  #places(shown, situation, i) {
    const places = new Map();
    for (const [file, line] of situation.places) places.set(`${file}:${line}`, [file, line]);
    if (places.size === 0) return null;
    const files = shown.policy.description.files;
    const sorted = [...places.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    let last = -1;
    const links = sorted.map(([file, line]) => {
      const label = file === last ? String(line) : `${files[file].name}:${line}`;
      last = file;
      return el("button", { class: "link place", "data-focus": `p${i}:${file}:${line}`, text: label,
        "aria-label": `waits at ${files[file].name} line ${line}`, onclick: () => this.actions.goTo(i, file, line) });
    });
    // An automaton that takes nearly everything says little by where.
    const rest = links.length - MANY_PLACES;
    return el("p", { class: "places" }, el("span", { class: "dim", text: "waits at " }), ...links.slice(0, MANY_PLACES),
      rest > 0 ? el("span", { class: "dim", text: ` and ${number(rest)} more` }) : null);
  }

  #variables(automaton, situation, before) {
    if (automaton.variables.length === 0) return null;
    return el("table", { class: "variables" },
      el("caption", { class: "hidden", text: `variables of ${automaton.name}` }),
      el("thead", { class: "hidden" }, el("tr", {}, ...["variable", "value", "type", "before"].map((text) => el("th", { scope: "col", text })))),
      el("tbody", {}, ...automaton.variables.map((variable, v) => {
        const value = valueText(variable, situation.values[v] ?? []);
        const old = before ? valueText(variable, before.values[v] ?? []) : value;
        const changed = old !== value;
        return el("tr", { class: changed ? "changed" : "" },
          el("th", { scope: "row", text: variable.name }),
          el("td", { class: "value", text: value }),
          el("td", { class: "dim type", text: typeText(variable) }),
          el("td", { class: "old", text: changed ? `was ${old}` : "" }));
      })));
  }

  #next(shown, next) {
    const { policy } = shown;
    const groups = [];
    const names = (indices) => indices.map((i) => policy.description.automata[i].name).join(", ");
    if (next.unknown.length > 0) {
      groups.push(el("p", { class: "note", text: `The situation of ${names(next.unknown)} is not known; more may be refused than is shown.` }));
    }
    if (next.allowed.length === 0) {
      groups.push(el("p", { class: "note", text: policy.finished(shown.situations)
        ? "Nothing more: the policy has finished." : "Nothing is allowed here." }));
    }
    groups.push(el("ul", { class: "calls", "aria-label": "allowed" },
      ...next.allowed.map((call) => this.#call(shown, call, null))));
    if (next.blocked.length > 0) {
      groups.push(el("h4", { text: `${plural(next.blocked.length, "more is", "more are")} awaited by one automaton, refused by another` }),
        el("ul", { class: "calls blocked", "aria-label": "refused by another automaton" },
          ...next.blocked.map(({ call, by }) => this.#call(shown, call, `refused by ${names(by)}`))));
    }
    return groups;
  }

  #call(shown, call, why) {
    const name = shown.policy.name(call);
    const way = direction(name);
    const inside = [el("span", { class: "arrow " + way.kind, "aria-hidden": "true", text: way.arrow }),
      el("span", { class: "call-name" }, ...nameParts(name))];
    const label = `${name}, ${way.words}${why ? ", " + why : ""}`;
    return el("li", { "data-name": name.toLowerCase() },
      shown.canStep
        ? el("button", { class: "call", "data-focus": "c" + call, "aria-label": label, title: "Step: " + name, onclick: () => this.actions.step(name) }, ...inside)
        : el("span", { class: "call" }, ...inside, el("span", { class: "hidden", text: `, ${way.words}` })),
      why ? el("span", { class: "why", text: why }) : null);
  }

  #filterRows() {
    const wanted = this.filter.value.trim().toLowerCase();
    for (const row of this.allowed.querySelectorAll("li")) {
      row.hidden = wanted !== "" && !row.dataset.name.includes(wanted);
    }
  }
}

/** Focus survives that a part of the page is made anew: call before, and the result after. */
export function focusMark(box) {
  const mark = box.contains(document.activeElement) ? document.activeElement.dataset.focus ?? "" : null;
  return (anew) => {
    if (mark === null) return;
    const same = [...anew.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === mark);
    (same ?? anew.querySelector("[data-focus]") ?? anew).focus({ preventScroll: true });
  };
}
