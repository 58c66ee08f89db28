// One monitor instance as far as it is known here.
import { Log } from "./log.js";

export const ACCEPTED = 0;
export const IGNORED = 1;
export const REFUSED = 2;

const NAMES = 500; // different unknown names that are counted apart

export class Tally {
  /** id, or "?name" for an unknown one -> [accepted, ignored, refused] */
  counts = new Map();

  add(entry, by) {
    if (entry.kind === "gap") return;
    let key = entry.kind === "unknown" ? "?" + entry.name : entry.call;
    if (!this.counts.has(key)) {
      if (entry.kind === "unknown" && this.counts.size > NAMES) key = "?(others)";
      if (!this.counts.has(key)) this.counts.set(key, [0, 0, 0]);
    }
    this.counts.get(key)[entry.verdict] += by;
  }

  copy() {
    const tally = new Tally();
    for (const [key, row] of this.counts) tally.counts.set(key, row.slice());
    return tally;
  }
}

export class Subject {
  log = new Log();
  tally = new Tally();
  /** number -> {text, automata, expected}; number -> text */
  refusals = new Map();
  disagreements = new Map();
  verdicts = [];
  refused = 0;
  lost = 0; // statecalls of it that never came here
  ended = null; // why it has ended
  stale = false; // the connection was lost since, and the server has not spoken of it again
  version = 0;

  constructor(key, event) {
    this.key = key;
    this.id = event.id;
    this.policy = String(event.policy);
    this.title = String(event.title ?? "");
    this.parent = event.parent ?? null;
    this.fromStart = event.from_start !== false;
    this.lastNumber = Number(event.seen ?? 0);
    this.firstSeen = this.lastNumber;
    /** What it was before the first entry that is kept. */
    this.base = { number: this.lastNumber, states: event.states ?? [] };
  }

  /** False: it is known already. */
  add(entry) {
    if (entry.number <= this.lastNumber) return false;
    if (entry.number > this.lastNumber + 1) this.gap(entry.number - 1);
    entry.states ??= this.now().states;
    this.log.push(entry);
    this.lastNumber = entry.number;
    this.tally.add(entry, 1);
    if (entry.verdict === REFUSED) this.refused += 1;
    this.stale = false;
    this.version += 1;
    return true;
  }

  /** All statecalls up to this number that are not here will not come any more. */
  gap(until, states = null) {
    const from = this.lastNumber + 1;
    this.lost += until - from + 1;
    this.log.push({ kind: "gap", from, number: until, time: 0, verdict: IGNORED, states });
    this.lastNumber = until;
    this.version += 1;
  }

  /** Takes back everything after this number. */
  undo(number) {
    while (this.log.length > 0 && this.log.last().number > number) {
      const entry = this.log.pop();
      if (entry.kind === "gap") this.lost -= entry.number - entry.from + 1;
      this.tally.add(entry, -1);
      if (entry.kind !== "gap" && entry.verdict === REFUSED) this.refused -= 1;
      this.refusals.delete(entry.number);
      this.disagreements.delete(entry.number);
    }
    this.lastNumber = Math.min(this.lastNumber, Math.max(number, this.base.number));
    this.ended = null;
    this.version += 1;
  }

  letGo() {
    const entry = this.log.shift();
    if (!entry) return;
    this.base = { number: entry.number, states: entry.states ?? this.base.states.map(() => null) };
    this.refusals.delete(entry.number);
    this.disagreements.delete(entry.number);
  }

  /** Entries that once were here and are not any more. */
  get letGoCount() {
    return this.log.front;
  }

  /** {number, states, entry}: after the statecall of this number, or now for null. */
  when(number) {
    const index = number === null ? this.log.length - 1 : this.log.find(number);
    if (index < 0) return { ...this.base, entry: null, index };
    const entry = this.log.at(index);
    return { number: entry.number, states: entry.states ?? this.base.states.map(() => null), entry, index };
  }

  now() {
    return this.when(null);
  }

  /** The states before the entry at this index. */
  before(index) {
    if (index <= 0) return this.base.states;
    return this.log.at(index - 1).states ?? this.base.states.map(() => null);
  }

  /** Nothing between its start and this number is missing here. */
  completeUntil(number) {
    if (!this.fromStart || this.firstSeen > 0 || this.letGoCount > 0) return false;
    for (let i = 0; i < this.log.length && this.log.at(i).number <= number; i += 1) {
      if (this.log.at(i).kind === "gap") return false;
    }
    return true;
  }

  /** Counts up to this number. */
  tallyUntil(number) {
    if (number === null) return this.tally;
    const tally = this.tally.copy();
    for (let i = this.log.length - 1; i >= 0 && this.log.at(i).number > number; i -= 1) {
      tally.add(this.log.at(i), -1);
    }
    return tally;
  }
}
