// What can be looked at: connections with their channels below them; those that live come first.
import { el, put, byId, setText, setAttribute, number } from "./dom.js";
import { VirtualList, movedBy } from "./virtual_list.js";

/** What is shown before somebody chooses: of the main policy and live, if there is such a one. What is shown already
 *  stays, unless only now something of the main policy has come. */
export function lookedAtFirst(store, shown) {
  const isMain = (subject) => subject.policy === store.hello?.main_policy;
  const all = [...store.subjects.values()];
  const main = all.filter(isMain);
  if (shown && (isMain(shown) || main.length === 0)) return shown;
  const from = main.length > 0 ? main : all;
  return from.find((subject) => subject.ended === null) ?? from[0] ?? null;
}

export class SubjectTree {
  #rows = []; // {subject, level, children, open}
  #closed = new Set();
  #built = "";
  #store = null;
  active = null; // key of the row that has the keyboard

  /** actions: {choose(subject)} */
  constructor(actions) {
    this.actions = actions;
    this.box = byId("subject-list");
    this.filter = byId("subject-filter");
    this.selected = null;
    this.list = new VirtualList(this.box, {
      role: "treeitem",
      count: () => this.#rows.length,
      active: () => this.#activeIndex(),
      mark: (index) => this.#mark(this.#rows[index]),
      fill: (row, index) => this.#fill(row, this.#rows[index]),
      onpick: (index, event) => this.#pick(index, event),
    });
    this.filter.addEventListener("input", () => this.onfilter?.());
    this.box.addEventListener("keydown", (event) => this.#key(event));
  }

  #activeIndex() {
    const wanted = this.active ?? this.selected?.key;
    const at = this.#rows.findIndex((row) => row.subject.key === wanted);
    return at >= 0 ? at : this.#rows.length > 0 ? 0 : -1;
  }

  render(store, selected) {
    if (selected !== this.selected) this.active = null;
    this.selected = selected;
    this.#store = store;
    this.#build(store);
    this.list.refresh();
  }

  #build(store) {
    const wanted = this.filter.value.trim().toLowerCase();
    const all = [...store.subjects.values()];
    const mark = `${wanted}|${[...this.#closed].join()}|${all.length}|${all.at(-1)?.key}|` +
      `${all.reduce((n, s) => n + (s.ended !== null ? 1 : 0), 0)}|${store.letGoSubjects}`;
    if (mark === this.#built) return;
    this.#built = mark;
    const children = new Map();
    const known = new Set(all.map((subject) => subject.key));
    const roots = [];
    for (const subject of all) {
      const parent = subject.parent === null ? null : `${subject.key.split(":")[0]}:${subject.parent}`;
      if (parent !== null && known.has(parent)) {
        if (!children.has(parent)) children.set(parent, []);
        children.get(parent).push(subject);
      } else roots.push(subject);
    }
    const live = (subject) => (subject.ended === null ? 0 : 1);
    // The newest first, among those that live and among those that do not.
    const sorted = (subjects) => subjects.map((s, i) => [s, i]).sort((a, b) => live(a[0]) - live(b[0]) || b[1] - a[1]).map(([s]) => s);
    const matches = (subject) => wanted === "" || `${subject.title} ${subject.policy}`.toLowerCase().includes(wanted);
    const rows = [];
    const visit = (subject, level) => {
      const below = sorted(children.get(subject.key) ?? []);
      const at = rows.length;
      rows.push({ subject, level, children: below.length, open: !this.#closed.has(subject.key) });
      if (rows[at].open || wanted !== "") for (const child of below) visit(child, level + 1);
      if (wanted !== "" && rows.length === at + 1 && !matches(subject)) rows.pop();
    };
    for (const subject of sorted(roots)) visit(subject, 1);
    this.#rows = rows;
    const alive = all.filter((subject) => subject.ended === null).length;
    setText(byId("subject-count"), `${number(alive)} live, ${number(all.length - alive)} ended` +
      (store.letGoSubjects > 0 ? `, ${number(store.letGoSubjects)} let go` : ""));
  }

  #mark({ subject, level, children, open }) {
    return `${subject.key} ${subject.version} ${subject.stale} ${level} ${children} ${open} ${subject === this.selected}`;
  }

  #fill(row, { subject, level, children, open }) {
    const bad = subject.verdicts.find((verdict) => verdict.bad);
    const state = subject.ended !== null ? "ended" : subject.stale ? "uncertain" : "live";
    row.classList.add(state);
    if (subject === this.selected) row.classList.add("selected");
    row.style.setProperty("--level", level);
    setAttribute(row, "aria-level", level);
    setAttribute(row, "aria-expanded", children > 0 ? String(open) : null);
    setAttribute(row, "aria-current", subject === this.selected ? "true" : null);
    const words = { live: "live", ended: `ended: ${subject.ended}`, uncertain: "not heard of since the connection was lost" }[state];
    setAttribute(row, "aria-label", `${subject.title}, policy ${subject.policy}, ${words}, ` +
      `${subject.lastNumber} statecalls${subject.refused ? `, ${subject.refused} refused` : ""}` +
      (bad ? `, against property ${bad.property}` : ""));
    row.title = `${subject.title} (${words})`;
    put(row,
      el("span", { class: "twist", text: children > 0 ? (open ? "▾" : "▸") : "" }),
      el("span", { class: "dot", text: { live: "●", ended: "○", uncertain: "?" }[state] }),
      el("span", { class: "what" },
        el("span", { class: "title", text: subject.title }),
        el("span", { class: "more dim" }, `${subject.policy}, ${number(subject.lastNumber)}`,
          subject.refused > 0 ? el("span", { class: "refusals", text: ` ✕ ${number(subject.refused)} refused` }) : null,
          bad ? el("span", { class: "refusals", text: ` ✕ ${bad.property}` }) : null)));
  }

  #pick(index, event) {
    const { subject, children } = this.#rows[index];
    if (children > 0 && event.target.closest(".twist")) this.#toggle(subject.key);
    else this.actions.choose(subject);
  }

  #toggle(key, open = this.#closed.has(key)) {
    if (open) this.#closed.delete(key);
    else this.#closed.add(key);
    this.render(this.#store, this.selected);
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || this.#rows.length === 0) return;
    const at = this.#activeIndex();
    const row = this.#rows[at];
    let to = movedBy(event.key, at, this.#rows.length, this.list.page);
    if (event.key === "ArrowRight" && row.children > 0) {
      if (row.open) to = at + 1;
      else this.#toggle(row.subject.key, true);
    } else if (event.key === "ArrowLeft") {
      if (row.children > 0 && row.open) this.#toggle(row.subject.key, false);
      else for (to = at; to > 0 && this.#rows[to].level >= row.level;) to -= 1;
    } else if (event.key === "Enter" || event.key === " ") {
      this.actions.choose(row.subject);
    } else if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (to === null) return;
    this.active = this.#rows[to].subject.key;
    this.list.refresh();
    this.list.reveal(to);
    this.list.refresh();
  }
}
