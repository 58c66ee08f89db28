// The last statecalls of a subject as a message sequence chart: the peer on the left, the program on
// the right. The list is the chart; what is chosen in it is what the whole page shows.
import { el, put, byId, setText, setAttribute, clock, direction, nameParts, number, plural } from "./dom.js";
import { VirtualList, movedBy } from "./virtual_list.js";
import { REFUSED, IGNORED } from "./subject.js";

export class Timeline {
  #matches = null; // entries, if only some are shown
  #subject = null;
  #drawn = null; // the cursor as it was drawn; this.cursor is where the next key starts from
  #scanned = 0; // place of the first entry that #matches has not seen

  /** actions: {select(number or null): the reader goes there; stand(number): everything is to stand still} */
  constructor(actions) {
    this.actions = actions;
    this.box = byId("timeline-list");
    this.search = byId("search");
    this.refusedOnly = byId("refused-only");
    this.cursor = null;
    this.list = new VirtualList(this.box, {
      role: "option",
      count: () => this.#count(),
      front: () => (this.#matches ? 0 : this.#subject?.log.front ?? 0),
      active: () => this.#activeIndex(),
      mark: (index) => this.#mark(this.#entry(index)),
      fill: (row, index) => this.#fill(row, this.#entry(index)),
      onpick: (index) => this.actions.select(this.#entry(index).number),
    });
    this.search.addEventListener("input", () => this.#refilter());
    this.refusedOnly.addEventListener("change", () => this.#refilter());
    this.box.addEventListener("keydown", (event) => this.#key(event));
    // Whoever scrolls back wants to read: then the chart must stand still.
    const stand = () => {
      if (this.cursor === null && this.#count() > 0) this.actions.stand(this.#entry(this.#count() - 1).number);
    };
    this.box.addEventListener("wheel", (event) => event.deltaY < 0 && stand(), { passive: true });
    this.box.addEventListener("touchmove", stand, { passive: true });
    // The scroll bar is the list's own; rows are further in.
    this.box.addEventListener("pointerdown", (event) => event.target === this.box && event.offsetX >= this.box.clientWidth && stand());
  }

  #count() {
    return this.#matches ? this.#matches.length : this.#subject?.log.length ?? 0;
  }

  #entry(index) {
    return this.#matches ? this.#matches[index] : this.#subject.log.at(index);
  }

  #activeIndex() {
    const count = this.#count();
    if (this.cursor === null) return count - 1;
    if (!this.#matches) return this.#subject ? this.#subject.log.find(this.cursor) : -1;
    let found = -1;
    for (let low = 0, high = count; low < high;) {
      const middle = (low + high) >> 1;
      if (this.#matches[middle].number <= this.cursor) {
        found = middle;
        low = middle + 1;
      } else high = middle;
    }
    return found;
  }

  #refilter() {
    this.#matches = null;
    this.#scanned = 0;
    this.onfilter?.();
  }

  get filtered() {
    return this.search.value.trim() !== "" || this.refusedOnly.checked;
  }

  #wants(entry) {
    if (entry.kind === "gap") return !this.filtered;
    if (this.refusedOnly.checked && entry.verdict !== REFUSED) return false;
    const text = this.search.value.trim().toLowerCase();
    return text === "" || this.policy.entryName(entry).toLowerCase().includes(text) || String(entry.number) === text;
  }

  #filter(subject) {
    if (!this.filtered) {
      this.#matches = null;
      return;
    }
    const { log } = subject;
    if (this.#matches === null) {
      this.#matches = [];
      this.#scanned = log.front;
    }
    const first = log.length > 0 ? log.at(0).number : Infinity;
    const stale = this.#matches.findIndex((entry) => entry.number >= first);
    if (stale !== 0) this.#matches.splice(0, stale < 0 ? this.#matches.length : stale);
    while (this.#matches.length > 0 && this.#matches.at(-1).number > subject.lastNumber) this.#matches.pop();
    this.#scanned = Math.min(Math.max(this.#scanned, log.front), log.front + log.length);
    for (; this.#scanned < log.front + log.length; this.#scanned += 1) {
      const entry = log.at(this.#scanned - log.front);
      if (this.#wants(entry)) this.#matches.push(entry);
    }
  }

  /** Entries of undone steps may be among the matches, under numbers that were given out again. */
  undone() {
    this.#matches = null;
    this.#scanned = 0;
  }

  render(subject, policy, cursor, liveWord) {
    if (subject !== this.#subject || policy !== this.policy) {
      this.#matches = null;
      this.#scanned = 0;
    }
    const moved = cursor !== this.#drawn || subject !== this.#subject;
    this.#drawn = cursor;
    this.#subject = subject;
    this.policy = policy;
    this.cursor = cursor;
    this.#filter(subject);
    byId("timeline").classList.toggle("timeless", !subject.log.last()?.time);
    this.list.refresh();
    if (cursor === null) this.list.toEnd();
    else if (moved && this.#activeIndex() >= 0) this.list.reveal(this.#activeIndex());
    this.list.refresh();
    this.#words(subject, cursor, liveWord);
  }

  clear() {
    this.#subject = null;
    this.#matches = null;
    this.list.refresh();
    setText(byId("timeline-note"), "");
  }

  #words(subject, cursor, liveWord) {
    const notes = [];
    if (subject.letGoCount > 0) notes.push(`${plural(subject.letGoCount, "older entry was", "older entries were")} let go to keep memory bounded`);
    if (!subject.fromStart || subject.firstSeen > 0) notes.push(`${plural(subject.firstSeen, "statecall")} happened before this was looked at`);
    if (subject.lost > 0) notes.push(`${plural(subject.lost, "statecall")} lost`);
    if (this.#matches) notes.push(`${plural(this.#matches.length, "match", "matches")} of ${number(subject.log.length)}`);
    setText(byId("timeline-note"), notes.join("; "));
    const behind = cursor === null ? 0 : subject.lastNumber - cursor;
    setText(byId("position"), cursor === null
      ? `${liveWord}, at ${number(subject.lastNumber)}` : `At ${number(cursor)} of ${number(subject.lastNumber)}`);
    setText(byId("behind"), behind > 0 ? `${number(behind)} newer` : "");
  }

  #mark(entry) {
    const subject = this.#subject;
    // Explanations come after their step.
    return entry.verdict === REFUSED || subject.disagreements.size > 0 || subject.verdicts.length > 0
      ? `${entry.number} ${entry.kind} ${entry.time} ${entry.call} ${subject.refusals.has(entry.number)} ${subject.disagreements.has(entry.number)} ${subject.key} ${this.#inLoop(entry)}`
      : entry;
  }

  /** Of a run that a search found: it repeats this for ever. */
  #inLoop(entry) {
    return this.#subject.verdicts.some((verdict) => typeof verdict.loop_start === "number" && entry.number > verdict.loop_start);
  }

  #fill(row, entry) {
    if (entry.kind === "gap") {
      const count = entry.number - entry.from + 1;
      row.classList.add("gap");
      row.append(el("span", { class: "lost", text: `⋯ ${plural(count, "statecall")} lost (${entry.from}–${entry.number}) ⋯` }));
      row.setAttribute("aria-label", `${count} statecalls were lost, numbers ${entry.from} to ${entry.number}`);
      return;
    }
    const name = this.policy.entryName(entry);
    const way = direction(name);
    const verdict = entry.kind === "unknown" ? "unknown" : ["", "ignored", "refused"][entry.verdict] ?? "";
    const disagrees = this.#subject.disagreements.has(entry.number);
    const loop = this.#inLoop(entry);
    if (loop) row.classList.add("loop");
    row.classList.add(way.kind, entry.verdict === REFUSED ? "refused" : entry.verdict === IGNORED ? "ignored" : "accepted");
    put(row,
      el("span", { class: "number", text: String(entry.number) }),
      el("span", { class: "time", text: clock(entry.time) }),
      el("span", { class: "lane" },
        el("span", { class: "message" },
          el("span", { class: "label" }, ...nameParts(name)),
          el("span", { class: "shaft" }))),
      // Always as wide, so that the program's line stays straight.
      el("span", { class: disagrees ? "verdict disagrees" : "verdict",
        text: `${verdict === "refused" ? "✕" : ""}${disagrees ? "≠" : ""} ${verdict || (disagrees ? "differs" : "")}`.trim() }));
    row.setAttribute("aria-label", `${entry.number}: ${name}, ${way.words}${verdict ? ", " + verdict : ""}` +
      (disagrees ? ", two engines differ" : "") + (loop ? ", repeats for ever" : ""));
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") {
      this.actions.select(null);
    } else {
      const to = movedBy(event.key, this.#activeIndex(), this.#count(), this.list.page);
      if (to === null) return;
      this.actions.select(this.#entry(to).number);
    }
    event.preventDefault();
  }

  /** The step that is `by` rows further among those that are shown. */
  stepBy(by) {
    const count = this.#count();
    if (count === 0) return;
    const at = this.#activeIndex();
    const exact = at >= 0 && (this.cursor === null || this.#entry(at).number === this.cursor);
    const index = exact || by < 0 ? at + by + (exact ? 0 : 1) : at + by;
    if (index < 0) {
      this.actions.select(this.#subject.base.number);
      return;
    }
    this.actions.select(this.#entry(Math.min(index, count - 1)).number);
  }

  first() {
    if (this.#subject) this.actions.select(this.#subject.base.number);
  }

  /** The next (1) or previous (-1) refusal of this subject. */
  refusal(by) {
    const subject = this.#subject;
    if (!subject) return false;
    const { log } = subject;
    const start = this.cursor === null ? log.length : log.find(this.cursor);
    for (let i = start + by; i >= 0 && i < log.length; i += by) {
      const entry = log.at(i);
      if (entry.kind !== "gap" && entry.verdict === REFUSED) {
        this.actions.select(entry.number);
        return true;
      }
    }
    return false;
  }
}
