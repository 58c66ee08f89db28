// Below the timeline: the chosen step, all refusals, counts, alarms.
import { el, byId, setText, clock, direction, nameParts, number, plural } from "./dom.js";
import { REFUSED, IGNORED } from "./subject.js";
import { focusMark } from "./situation.js";

/** What is known of why a step was refused; from the situations where the server's word was lost. */
export function refusalOf(subject, policy, entry, situationsBefore) {
  const told = subject.refusals.get(entry.number);
  if (told) return told;
  const automata = policy && entry.kind === "step" ? policy.refusers(entry.call, situationsBefore) : [];
  return { text: "", automata, expected: [] };
}

export class StepView {
  #key = "";

  /** actions: {choose(name of an automaton)} */
  constructor(actions) {
    this.actions = actions;
    this.box = byId("step");
  }

  /** shown: {subject, policy, view (of Subject.when), before (situations), key} */
  render(shown) {
    if (shown.key === this.#key) return;
    this.#key = shown.key;
    const { subject, view } = shown;
    const { entry } = view;
    const lines = [];
    if (!entry) {
      lines.push(el("p", { class: "note", text: view.number > 0
        ? `The state after statecall ${number(view.number)}, before everything that is kept here.`
        : "At the start, before any statecall." }));
    } else if (entry.kind === "gap") {
      lines.push(el("p", { class: "note", text: `${plural(entry.number - entry.from + 1, "statecall")} lost here, numbers ${entry.from} to ${entry.number}.` }));
    } else lines.push(...this.#step(shown, entry));
    for (const verdict of subject.verdicts) lines.push(this.#verdict(verdict));
    if (subject.ended !== null) lines.push(el("p", { class: "note", text: `Ended: ${subject.ended}` }));
    const focus = focusMark(this.box);
    this.box.replaceChildren(...lines);
    focus(this.box);
  }

  #step({ subject, policy, before }, entry) {
    const name = policy.entryName(entry);
    const way = direction(name);
    const refused = entry.verdict === REFUSED;
    const verdict = entry.kind === "unknown" ? "unknown to the policy, ignored"
      : refused ? "✕ refused" : entry.verdict === IGNORED ? "ignored: no automaton mentions it" : "accepted";
    const out = [
      el("h3", { class: refused ? "bad" : "" }, el("span", { class: "dim", text: `${entry.number} ` }),
        el("span", { class: "call-name" }, ...nameParts(name))),
      el("p", {}, el("span", { class: refused ? "bad strong" : "strong", text: verdict }),
        el("span", { class: "dim", text: `  ${way.words}${entry.time ? "  " + clock(entry.time) : ""}` })),
    ];
    if (refused) out.push(...this.#refusal(refusalOf(subject, policy, entry, before)));
    const disagreement = subject.disagreements.get(entry.number);
    if (disagreement) out.push(el("p", { class: "bad strong", text: "≠ Two engines differ about this step" }), el("pre", { text: disagreement }));
    return out;
  }

  #refusal(refusal) {
    const out = [];
    if (refusal.automata.length > 0) {
      const links = refusal.automata.map((name) => el("button", { class: "link strong", "data-focus": "by " + name, text: name,
        title: `Show automaton ${name}`, onclick: () => this.actions.choose(name) }));
      out.push(el("p", {}, "Refused by ", ...links.flatMap((link, i) => (i > 0 ? [" and ", link] : [link]))));
    }
    if (refusal.text) out.push(el("pre", { class: "explanation", text: refusal.text }));
    else if (refusal.automata.length === 0) out.push(el("p", { class: "note", text: "Its explanation did not come." }));
    if (refusal.expected.length > 0) {
      out.push(el("p", { class: "dim", text: "Accepted here would have been" }),
        el("ul", { class: "expected" }, ...refusal.expected.map((name) => el("li", { text: name }))));
    }
    return out;
  }

  #verdict(verdict) {
    return el("div", { class: verdict.bad ? "property bad-edge" : "property" },
      el("p", {}, el("strong", { class: verdict.bad ? "bad" : "", text: `${verdict.bad ? "✕ " : ""}property ${verdict.property}` })),
      el("p", { text: String(verdict.text) }),
      typeof verdict.loop_start === "number"
        ? el("p", { class: "note", text: `What comes after statecall ${verdict.loop_start} repeats for ever.` }) : null);
  }
}

export class RefusalList {
  #key = "";

  /** actions: {goTo(subject, number)} */
  constructor(actions, names) {
    this.actions = actions;
    this.names = names;
    this.box = byId("refusals");
    this.onlyHere = byId("refusals-here");
    this.onlyHere.addEventListener("change", () => this.onfilter?.());
  }

  render(store, selected) {
    const here = this.onlyHere.checked;
    const wanted = store.refusals.filter((r) => !here || r.subject === selected).slice(-200).reverse()
      .map((refusal) => this.#known(refusal));
    // What is known of a refusal may grow: its policy and its explanation come after it.
    const key = JSON.stringify([here, store.refusedTotal, wanted.map(({ subject, at, name, by }) => [subject.key, at, name, by])]);
    if (key === this.#key) return;
    this.#key = key;
    const focus = focusMark(this.box);
    this.box.replaceChildren(
      wanted.length === 0 ? el("p", { class: "note", text: here ? "Nothing of this was refused." : "Nothing was refused." })
        : el("ul", { class: "plain" }, ...wanted.map((refusal) => this.#row(refusal))),
      store.refusedTotal > wanted.length && !here
        ? el("p", { class: "note", text: `The last ${number(wanted.length)} of ${number(store.refusedTotal)}.` }) : "");
    focus(this.box);
  }

  #known({ subject, number: at }) {
    const entry = subject.log.at(subject.log.find(at));
    const name = entry && entry.number === at ? this.names(subject, entry) : "";
    return { subject, at, name, by: subject.refusals.get(at)?.automata.join(" and ") ?? "" };
  }

  #row({ subject, at, name, by }) {
    return el("li", {}, el("button", { class: "refusal", "data-focus": `${subject.key} ${at}`, onclick: () => this.actions.goTo(subject, at) },
      el("span", { class: "bad strong", text: `✕ ${name}` }),
      el("span", { class: "dim", text: `${at} of ${subject.title}${by ? `, refused by ${by}` : ""}` })));
  }
}

export class CountsView {
  #key = "";

  constructor() {
    this.box = byId("counts");
    this.scope = byId("counts-scope");
    this.order = byId("counts-order");
    for (const choice of [this.scope, this.order]) choice.addEventListener("change", () => this.onchange?.());
  }

  /** tally of what is chosen; name(key) of its keys */
  render(tally, nameOf, caption, key) {
    const full = `${key} ${this.scope.value} ${this.order.value}`;
    if (full === this.#key) return;
    this.#key = full;
    const rows = [...tally.counts].map(([id, counts]) => ({ name: nameOf(id), counts, sum: counts[0] + counts[1] + counts[2] }))
      .filter((row) => row.sum > 0);
    rows.sort(this.order.value === "name" ? (a, b) => (a.name < b.name ? -1 : 1) : (a, b) => b.sum - a.sum || (a.name < b.name ? -1 : 1));
    const most = Math.max(1, ...rows.map((row) => row.sum));
    // The chart is a table: bars are drawn beside numbers that can be read out.
    this.box.replaceChildren(el("table", { class: "counts" },
      el("caption", { text: rows.length === 0 ? "No statecalls yet" : caption }),
      el("thead", { class: "hidden" }, el("tr", {}, ...["statecall", "count", "refused"].map((text) => el("th", { scope: "col", text })))),
      el("tbody", {}, ...rows.map((row) => countRow(row, most)))));
  }
}

function countRow({ name, counts, sum }, most) {
  const way = direction(name);
  const bar = (count, kind) => {
    if (count === 0) return null;
    const node = el("span", { class: "bar " + kind });
    node.style.width = `${(count / most) * 100}%`;
    return node;
  };
  return el("tr", {},
    el("th", { scope: "row" }, el("span", { class: "arrow " + way.kind, "aria-hidden": "true", text: way.arrow }), ...nameParts(name),
      el("span", { class: "bars", "aria-hidden": "true" }, bar(counts[0], "accepted"), bar(counts[1], "ignored"), bar(counts[2], "refused"))),
    el("td", { class: "count", text: number(sum) }),
    el("td", { class: counts[2] ? "count bad" : "count dim", text: counts[2] ? `✕ ${number(counts[2])}` : "" }));
}

export class AlarmList {
  #seen = -1;

  /** actions: {goTo(subject, number)} */
  constructor(actions) {
    this.actions = actions;
    this.box = byId("alarms");
  }

  render(store) {
    if (store.alarmTotal === this.#seen) return;
    this.#seen = store.alarmTotal;
    const { reader, source } = store.dropped;
    const focus = focusMark(this.box);
    this.box.replaceChildren(
      el("p", { class: "note", text: reader + source === 0 ? "No statecall was reported lost."
        : `Lost in all: ${number(source)} before they reached the debugger's server, ${number(reader)} because this page was too slow.` }),
      store.alarmTotal > store.alarms.length ? el("p", { class: "note", text: `The last ${number(store.alarms.length)} of ${number(store.alarmTotal)}.` }) : "",
      el("ul", { class: "plain" }, ...store.alarms.slice().reverse().map((alarm, i) => el("li", { class: "alarm" },
        el("span", { class: "dim", text: clock(alarm.time) + " " }),
        el("span", { text: alarm.text + " " }),
        alarm.subject ? el("button", { class: "link", "data-focus": String(store.alarmTotal - i), text: `statecall ${alarm.number} of ${alarm.subject.title}`,
          onclick: () => this.actions.goTo(alarm.subject, alarm.number) }) : null))));
    focus(this.box);
  }
}
