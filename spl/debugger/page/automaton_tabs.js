// A tab for each automaton, with a sign for what it is at.
import { el, byId, setText, setAttribute } from "./dom.js";
import { tabs } from "./keys.js";

export class AutomatonTabs {
  constructor(choose) {
    this.list = byId("automaton-tabs");
    tabs(this.list, (tab) => choose(Number(tab.dataset.automaton)));
  }

  /** refusers: indices of those that refuse the statecall that is shown */
  render(policy, situations, refusers, current) {
    const { automata } = policy.description;
    const mark = `${automata.map((a) => a.name).join("\n")}`;
    if (this.list.dataset.mark !== mark) {
      this.list.dataset.mark = mark;
      this.list.replaceChildren(...automata.map((automaton, i) => el("button", { type: "button", role: "tab", "aria-controls": "policy-panel",
        "data-automaton": i, id: "automaton-tab-" + i }, el("span", { text: automaton.name }), el("span", { class: "state", "aria-hidden": "true" }))));
    }
    [...this.list.children].forEach((tab, i) => {
      setAttribute(tab, "aria-selected", String(i === current));
      tab.tabIndex = i === current ? 0 : -1;
      const [sign, words] = signOf(situations[i], refusers.includes(i));
      tab.lastChild.classList.toggle("bad", refusers.includes(i));
      setText(tab.lastChild, sign);
      tab.title = words;
    });
    setAttribute(byId("policy-panel"), "aria-labelledby", "automaton-tab-" + current);
  }
}

function signOf(situation, refuses) {
  if (refuses) return ["✕", "refuses the statecall that is shown"];
  if (situation === null) return ["?", "situation not known"];
  return situation.finished ? ["■", "finished"] : ["", ""];
}
