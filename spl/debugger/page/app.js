// The debugger's page: what the stream says goes into the store, and once a frame all views show what
// is chosen in it. README of the protocol: docs/debugger.md.
import { byId, setText, setAttribute } from "./dom.js";
import { Store } from "./store.js";
import { Stream, command } from "./stream.js";
import { Policies } from "./policies.js";
import { AutomatonTabs } from "./automaton_tabs.js";
import { Attention } from "./attention.js";
import { Head } from "./head.js";
import { SubjectTree, lookedAtFirst } from "./subjects.js";
import { SourceView } from "./source.js";
import { GraphView } from "./graph.js";
import { SituationView } from "./situation.js";
import { Timeline } from "./timeline.js";
import { StepView, RefusalList, CountsView, AlarmList, refusalOf } from "./details.js";
import { ExportDialog } from "./export.js";
import { Keys, tabs, load, save } from "./keys.js";
import { Announcer, Banners } from "./notices.js";
import { REFUSED } from "./subject.js";

const READABLE = 100; // ms

class App {
  selected = null;
  chosen = false; // by somebody, not by the page
  cursor = null; // null: live
  #wanted = false; // the reader has gone to this very statecall
  automaton = 0; // that is shown
  #frame = 0;
  #regions = ["subject-list", "source", "automata", "timeline-list", "panel-step"];

  constructor() {
    this.store = new Store(() => this.schedule());
    this.policies = new Policies((text) => this.store.alarm("unknown", text), () => this.schedule());
    this.automatonTabs = new AutomatonTabs((index) => this.chooseAutomaton(index));
    this.attention = new Attention();
    this.head = new Head();
    this.announcer = new Announcer(byId("live"));
    this.banners = new Banners(byId("banners"));
    const goTo = (subject, at) => this.goTo(subject, at);
    this.tree = new SubjectTree({ choose: (subject) => this.choose(subject) });
    this.source = new SourceView({ link: (file, line, byKey) => this.linkLine(file, line, byKey), unlink: () => this.unlink() });
    this.graph = new GraphView({ link: (node, byKey) => this.linkBox(node, byKey), unlink: () => this.unlink() });
    this.situation = new SituationView({
      goTo: (automaton, file, line) => this.showLine(automaton, file, line),
      choose: (automaton) => this.chooseAutomaton(automaton),
      step: (name) => this.command("step", { statecall: name }),
    });
    this.timeline = new Timeline({ select: (at) => this.select(at), stand: (at) => this.stand(at) });
    this.step = new StepView({ choose: (name) => this.chooseAutomaton(this.policyOf(this.selected).indices([name])[0]) });
    this.refusals = new RefusalList({ goTo }, (subject, entry) => this.policyOf(subject)?.entryName?.(entry) ?? "");
    this.counts = new CountsView();
    this.alarms = new AlarmList({ goTo });
    this.export = new ExportDialog(() => this.exported(), (text) => this.announcer.say(text));
    for (const view of [this.tree, this.timeline, this.refusals]) view.onfilter = () => this.schedule();
    this.counts.onchange = () => this.schedule();
    this.source.onchoice = () => this.schedule();
    this.#storeEvents();
    this.#controls();
    this.#theme();
    this.#view(load("statecall-debugger-view") ?? "both");
    this.stream = new Stream({
      event: (event) => this.store.handle(event),
      broken: (error) => this.store.alarm("unknown", `The server sent something that is no event: ${error.message}`),
      state: (name, text) => this.connection(name, text),
    });
    this.stream.open();
    setInterval(() => this.schedule(), 500);
  }

  schedule() {
    if (this.#frame === 0) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.render();
      });
    }
  }

  #storeEvents() {
    this.store.onrefusal = (subject, entry) => {
      this.announcer.refusal(subject, entry, () => this.policyOf(subject));
    };
    this.store.onalarm = (alarm) => {
      const words = { dropped: "Statecalls were lost.", disagreement: "Two engines disagree." }[alarm.kind] ?? "";
      this.banners.show(alarm.kind, `${words} ${alarm.text}`.trim(), () => this.#tab("alarms"));
      this.announcer.say(`${words} ${alarm.text}`);
    };
    this.store.onundone = (subject, to) => {
      if (subject !== this.selected) return;
      this.timeline.undone();
      if (this.cursor !== null && this.cursor > to) this.cursor = null;
    };
  }

  connection(state, text) {
    const was = byId("connection").dataset.state;
    byId("connection").dataset.state = state;
    setText(byId("connection"), { open: "connected", lost: "not connected", connecting: "connecting" }[state]);
    if (state === "lost") {
      if (was === "open") {
        this.store.interrupted();
        this.announcer.say("The connection to the debugger's server is lost.");
      }
      this.banners.show("connection", `The connection to the server is lost: ${text}. What is shown is what came before.`);
    } else if (state === "open" && was === "lost") {
      this.banners.hide("connection");
      this.banners.show("regained", "The connection is there again.", null, 8000);
      this.announcer.say("The connection is there again.");
    }
    this.schedule();
  }

  policyOf(subject) {
    return this.policies.of(this.store.policyKey(subject), subject.policy);
  }

  situationsAt(subject, policy, states) {
    return policy.situations(states, (automaton, id) => this.store.situation(subject, automaton, id));
  }

  choose(subject) {
    this.chosen = true;
    if (subject === this.selected) return;
    this.#lookAt(subject);
    this.schedule();
  }

  #lookAt(subject) {
    const samePolicy = this.selected && this.store.policyKey(this.selected) === this.store.policyKey(subject);
    this.selected = subject;
    this.cursor = null;
    if (samePolicy) this.attention.unmark();
    else this.attention = new Attention();
  }

  goTo(subject, at) {
    if (this.store.subjects.get(subject.key) !== subject) {
      this.announcer.say("That connection was let go.");
      return;
    }
    this.choose(subject);
    this.select(at);
    this.#tab("step");
  }

  /** Shows the state after this statecall, which the reader has chosen; null: now, and what comes. */
  select(at) {
    this.stand(at);
    this.#wanted = at !== null;
    this.attention.unmark();
  }

  /** The same, but only because the reader wants everything to stand still. */
  stand(at) {
    this.#wanted = false;
    this.cursor = at;
    this.timeline.cursor = at;
    this.schedule();
  }

  chooseAutomaton(index) {
    if (!(index >= 0)) return;
    this.attention.choose(index);
    this.schedule();
  }

  showLine(automaton, file, line) {
    this.attention.choose(automaton);
    const places = this.policyOf(this.selected).places[automaton];
    const known = places.placesOnLine(file, line);
    this.#link(automaton, places.onLine(file, line), known.length > 0 ? known : [[file, line, 1, line, 1]], "situation");
    byId("source").focus();
  }

  linkLine(file, line, byKey) {
    const places = this.policyOf(this.selected).places[this.automaton];
    this.#link(this.automaton, places.onLine(file, line), places.placesOnLine(file, line), "source");
    if (byKey) this.graph.focusLink();
  }

  linkBox(node, byKey) {
    const places = this.policyOf(this.selected).places[this.automaton];
    this.#link(this.automaton, [node], places.ofBox(node), "graph");
    if (byKey) this.source.focusLink();
  }

  /** Marks what belongs together in the drawing and in the text, and shows both. */
  #link(automaton, boxes, places, from) {
    this.attention.mark(automaton, boxes, places, from);
    const hidden = { graph: "graph", source: "source", situation: "graph" }[from];
    if (byId("policy-panel").dataset.view === hidden) this.#view("both");
    this.render();
  }

  unlink() {
    const was = this.attention.unmark();
    if (was) this.schedule();
    return was;
  }

  async command(name, body = {}) {
    if (!this.selected || !this.can(name)) return;
    this.cursor = null;
    const wrong = await command(name, { subject: this.selected.id, ...body });
    if (wrong) {
      this.banners.show("command", `Not done: ${wrong}`, null, 8000);
      this.announcer.say(`Not done: ${wrong}`);
    }
  }

  can(name) {
    return this.store.hello?.capabilities.includes(name) ?? false;
  }

  exported() {
    const subject = this.selected;
    const policy = subject && this.policyOf(subject);
    if (!policy) return null;
    return { subject, policy, until: this.cursor ?? subject.lastNumber, situationsAt: (states) => this.situationsAt(subject, policy, states) };
  }

  render() {
    const { store } = this;
    this.head.render(store);
    this.#stillThere(store);
    if (!this.chosen && this.cursor === null) {
      const first = lookedAtFirst(store, this.selected);
      if (first && first !== this.selected) this.#lookAt(first);
    }
    this.tree.render(store, this.selected);
    const policy = this.selected && this.policyOf(this.selected);
    document.body.classList.toggle("empty", !policy);
    this.refusals.render(store, this.selected);
    this.alarms.render(store);
    if (policy) this.#subject(this.selected, policy);
    else this.timeline.clear();
  }

  /** What is selected may have been let go, or have begun anew. */
  #stillThere(store) {
    const there = this.selected && store.subjects.get(this.selected.key);
    if (there === this.selected) return;
    this.selected = there ?? null;
    if (!there) this.chosen = false;
    this.stand(null);
  }

  #subject(subject, policy) {
    this.#chart(subject, policy);
    // Live, nobody reads values faster than this; the machine may have other things to do. Whoever steps by hand has the
    // next key under the finger: what it would do is what is shown.
    const now = performance.now();
    const { chosen, link } = this.attention;
    const same = this.#drawn.subject === subject && this.#drawn.chosen === chosen && this.#drawn.link === link && this.#drawn.cursor === this.cursor;
    if (this.cursor === null && same && !this.can("step") && now - this.#drawn.time < READABLE) {
      this.#later ??= setTimeout(() => this.schedule(), READABLE);
      return;
    }
    clearTimeout(this.#later);
    this.#later = null;
    this.#drawn = { subject, chosen, link, cursor: this.cursor, time: now };
    this.#state(subject, policy);
  }

  #drawn = {};
  #later = null;

  #chart(subject, policy) {
    if (this.cursor !== null && this.cursor < subject.base.number) {
      this.cursor = subject.base.number;
      this.announcer.say("The chosen statecall was let go; this is the oldest state that is kept.");
    }
    const live = this.store.hello?.mode === "live";
    this.timeline.render(subject, policy, this.cursor, live ? "Live" : "Latest");
  }

  #state(subject, policy) {
    const view = subject.when(this.cursor);
    const situations = this.situationsAt(subject, policy, view.states);
    const before = view.index >= 0 && view.entry?.kind !== "gap" ? this.situationsAt(subject, policy, subject.before(view.index)) : null;
    const refusers = this.#refusers(subject, policy, view, before ?? situations);
    this.automaton = this.attention.shown(`${subject.key} ${view.number}`, this.#turns(subject, view) ? refusers : [], policy.description.automata.length);
    const refused = refusers.includes(this.automaton);
    const link = this.attention.link?.automaton === this.automaton ? this.attention.link : null;
    const at = `${subject.key} ${view.number} ${view.index + subject.log.front} ${view.entry?.time ?? 0} ${situations.map((s) => (s ? 1 : 0)).join("")}`;
    const key = `${at} ${view.states.join()} ${this.automaton} ${refusers.join()} ${link?.serial ?? ""}`;
    const canStep = this.can("step") && this.cursor === null && subject.ended === null;
    this.automatonTabs.render(policy, situations, refusers, this.automaton);
    const visible = byId("policy-panel").dataset.view;
    const shown = { policy, automaton: this.automaton, situation: situations[this.automaton], refused, link };
    if (visible !== "graph") this.source.render({ ...shown, key: `${key} ${this.source.chosen}` });
    if (visible !== "source") {
      this.graph.render({ ...shown, before: before?.[this.automaton],
        call: view.entry?.kind === "step" && view.entry.verdict !== REFUSED ? view.entry.call : null, key: `${key} ${visible}` });
    }
    this.situation.render({ policy, situations, before, automaton: this.automaton, refusers, canStep, key: `${key} ${canStep}` });
    this.step.render({ subject, policy, view, before: before ?? situations,
      key: `${at} ${subject.refusals.size} ${subject.disagreements.size} ${subject.verdicts.length} ${subject.ended}` });
    if (!byId("panel-counts").hidden) this.#counts(subject, policy);
    this.#stepTools(subject);
  }

  /** Which automata refuse the statecall that is shown. */
  #refusers(subject, policy, { entry }, before) {
    return entry?.kind === "step" && entry.verdict === REFUSED ? policy.indices(refusalOf(subject, policy, entry, before).automata) : [];
  }

  /** A refusal turns the page to its automaton where the reader has gone to it, or it is the last word. */
  #turns(subject, view) {
    const last = view.number === subject.lastNumber && (subject.ended !== null || this.can("step"));
    return last || (this.cursor !== null && this.#wanted);
  }

  #counts(subject, policy) {
    const whole = this.counts.scope.value === "policy";
    const tally = whole ? this.store.policyTally(subject) : subject.tallyUntil(this.cursor);
    // Bars that change with every frame cannot be read.
    const beat = this.cursor !== null && !whole ? `at ${this.cursor}` : Math.floor(performance.now() / 250);
    const nameOf = (id) => (typeof id === "string" ? `${id.slice(1)} (unknown)` : policy.name(id));
    const caption = whole ? `All statecalls of policy ${subject.policy} until now`
      : this.cursor === null ? `Statecalls of ${subject.title}` : `Statecalls of ${subject.title} up to ${this.cursor}`;
    this.counts.render(tally, nameOf, caption, `${whole} ${subject.key} ${beat} ${whole ? this.store.taken : subject.version}`);
  }

  #stepTools(subject) {
    const live = this.cursor === null;
    setText(byId("pause"), live ? "Pause" : this.store.hello?.mode === "live" ? "Live" : "Latest");
    byId("pause").classList.toggle("paused", !live);
    byId("simulate-tools").hidden = !this.can("step");
    byId("undo").disabled = !this.can("undo") || subject.log.length === 0;
    byId("reset").disabled = !this.can("reset") || subject.log.length === 0;
  }

  #tab(name) {
    byId("tab-" + name).click();
  }

  #view(name) {
    const view = ["source", "graph", "both"].includes(name) ? name : "both";
    byId("policy-panel").dataset.view = view;
    for (const button of byId("view-choice").children) setAttribute(button, "aria-pressed", String(button.dataset.view === view));
    save("statecall-debugger-view", view);
    this.schedule();
  }

  #theme() {
    const choice = byId("theme");
    const set = (value) => {
      setAttribute(document.documentElement, "data-theme", value === "system" ? null : value);
      choice.value = value;
      save("statecall-debugger-theme", value);
    };
    choice.addEventListener("change", () => set(choice.value));
    const saved = load("statecall-debugger-theme");
    set(["light", "dark"].includes(saved) ? saved : "system");
  }

  togglePause() {
    if (!this.selected) return;
    if (this.cursor === null) this.stand(this.selected.lastNumber);
    else this.select(null);
    this.announcer.say(this.cursor === null ? "Live." : `Paused at statecall ${this.cursor}.`);
  }

  stepBy(by) {
    this.timeline.stepBy(by);
    this.#sayStep();
  }

  #sayStep() {
    if (!this.selected || document.activeElement === byId("timeline-list")) return;
    const policy = this.policyOf(this.selected);
    const { entry, number: at } = this.selected.when(this.cursor);
    this.announcer.say(entry && entry.kind !== "gap" && policy
      ? `Statecall ${at}: ${policy.entryName(entry)}${entry.verdict === REFUSED ? ", refused" : ""}` : `Statecall ${at}`);
  }

  toRefusal(by) {
    if (this.timeline.refusal(by)) {
      this.#tab("step");
      this.#sayStep();
    } else this.announcer.say(by > 0 ? "No later refusal." : "No earlier refusal.");
  }

  #controls() {
    const on = (id, action) => byId(id).addEventListener("click", action);
    on("pause", () => this.togglePause());
    on("step-back", () => this.stepBy(-1));
    on("step-on", () => this.stepBy(1));
    on("step-first", () => this.timeline.first());
    on("step-live", () => this.select(null));
    on("refusal-back", () => this.toRefusal(-1));
    on("refusal-on", () => this.toRefusal(1));
    on("undo", () => this.command("undo", { count: 1 }));
    on("reset", () => this.command("reset"));
    on("export-open", () => this.export.open());
    on("help-open", () => byId("help-dialog").showModal());
    byId("view-choice").addEventListener("click", (event) => {
      if (event.target.dataset.view) this.#view(event.target.dataset.view);
    });
    tabs(byId("detail-tabs"), (tab) => {
      for (const other of byId("detail-tabs").querySelectorAll("[role=tab]")) byId(other.getAttribute("aria-controls")).hidden = other !== tab;
      this.schedule();
    });
    const focus = (id) => () => byId(id).focus();
    this.keys = new Keys([
      [["p", " "], "Pause, or live again", () => this.togglePause()],
      [["j", ".", "ArrowDown"], "One step on", () => this.stepBy(1)],
      [["k", ",", "ArrowUp"], "One step back", () => this.stepBy(-1)],
      [["Home"], "To the start", () => this.timeline.first()],
      [["End"], "To now, live", () => this.select(null)],
      [["n", "N"], "Next refusal, previous refusal", (key) => this.toRefusal(key === "n" ? 1 : -1)],
      [["/"], "Search the timeline", focus("search")],
      [["r"], "Refused only, or all", () => byId("refused-only").click()],
      [["c", "t", "l"], "To the connections, the timeline, what is allowed next", (key) =>
        byId({ c: "subject-list", t: "timeline-list", l: "allowed" }[key]).focus()],
      [["f"], "Filter the connections", focus("subject-filter")],
      [["s", "g", "b"], "Source, graph, both", (key) => this.#view({ s: "source", g: "graph", b: "both" }[key])],
      [["1", "2", "3", "4", "5", "6", "7", "8", "9"], "Automaton by its place", (key) => {
        if (byId("automaton-tabs").children[Number(key) - 1]) this.chooseAutomaton(Number(key) - 1);
      }],
      [["u"], "Undo (when stepping by hand)", () => this.command("undo", { count: 1 })],
      [["Escape"], "Let go of the box or line that is marked", () => this.unlink()],
      [["e"], "Export", () => this.export.open()],
      [["F6"], "To the next part of the page", () => this.#nextRegion()],
      [["?"], "This help", () => byId("help-dialog").showModal()],
    ]);
  }

  #nextRegion() {
    const at = this.#regions.findIndex((id) => byId(id).closest(".panel").contains(document.activeElement));
    for (let i = 1; i <= this.#regions.length; i += 1) {
      const target = byId(this.#regions[(at + i + this.#regions.length) % this.#regions.length]);
      if (target.offsetParent === null) continue;
      target.focus();
      return;
    }
  }
}

new App();
