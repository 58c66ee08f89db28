// What is kept of the stream: sessions, losses, what is taken back, and the bounds. No browser.
import assert from "node:assert/strict";
import { load } from "./units.mjs";

const hello = (session, change = {}) => ({ type: "hello", format: 1, session, mode: "live", policies: ["p"], capabilities: [], ...change });
const begin = (id, change = {}) => ({ type: "subject", id, policy: "p", title: `t${id}`, parent: null, from_start: true, seen: 0, states: [0], ...change });
const steps = (...items) => ({ type: "steps", items });
const step = (id, number, call = 0, verdict = 0, states = [number]) => [id, number, 0, call, verdict, states];

/** A store that these events have come to, and what it has said. */
async function store(...events) {
  const { Store, LIMITS } = await load("store.js");
  const said = { alarms: [], refusals: [] };
  const kept = new Store(() => {});
  kept.onalarm = (alarm) => said.alarms.push(alarm.text);
  kept.onrefusal = (subject, entry) => said.refusals.push(entry.number);
  const tell = (...more) => more.forEach((event) => kept.handle(event));
  tell(...events);
  return { kept, said, tell, LIMITS, numbers: (id) => numbers(kept.current.get(id)) };
}
const numbers = ({ log }) => Array.from({ length: log.length }, (_, i) => (log.at(i).kind === "gap" ? `${log.at(i).from}-${log.at(i).number}` : log.at(i).number));
const sum = (tally) => [...tally.counts.values()].reduce((all, row) => all + row[0] + row[1] + row[2], 0);

export const keeping = {
  "after a reconnection nothing is twice, and what nobody tells any more is a gap": async () => {
    const life = [begin(1), steps(step(1, 1), step(1, 2))];
    const { kept, tell, numbers: of } = await store(hello("a"), ...life);
    const subject = kept.current.get(1);
    kept.interrupted();
    assert.equal(subject.stale, true);
    tell(hello("a"), ...life, steps(step(1, 3)));
    assert.equal(kept.current.get(1), subject);
    assert.equal(subject.stale, false);
    assert.deepEqual(of(1), [1, 2, 3]);
    assert.deepEqual([kept.taken, sum(subject.tally), sum(kept.policyTally(subject))], [3, 3, 3]);
    // The server has forgotten up to 5; the states are those it tells.
    tell(hello("a"), begin(1, { seen: 5, from_start: false, states: [77] }), steps(step(1, 6)));
    assert.deepEqual(of(1), [1, 2, 3, "4-5", 6]);
    assert.deepEqual(subject.when(5).states, [77]);
    assert.equal(subject.lost, 2);
    assert.equal(subject.completeUntil(3), true);
    assert.equal(subject.completeUntil(6), false);
    // Said again in the same connection it begins anew, as a subject with that id that is another one.
    tell(begin(1));
    assert.deepEqual(of(1), []);
    assert.notEqual(kept.current.get(1), subject);
    assert.equal(kept.subjects.has(subject.key) && kept.subjects.get(subject.key) === subject, false);
  },

  "stepping by hand, what the server tells again takes the place of what was": async () => {
    const { tell, numbers: of } = await store(hello("a", { mode: "simulate" }), begin(1), steps(step(1, 1), step(1, 2), step(1, 3)));
    tell(hello("a", { mode: "simulate" }), begin(1), steps(step(1, 1)));
    assert.deepEqual(of(1), [1]);
  },

  "another session is another list, and the old one has ended": async () => {
    const { kept, tell, numbers: of } = await store(hello("a"), begin(1), begin(2), steps(step(1, 1), step(1, 2)), { type: "end", subject: 2, reason: "closed" });
    const [one, two] = [kept.current.get(1), kept.current.get(2)];
    kept.interrupted();
    tell(hello("b"), begin(1), steps(step(1, 1)));
    assert.deepEqual([one.ended, two.ended, one.stale, two.stale], ["the server was started again", "closed", false, false]);
    assert.equal(kept.subjects.size, 3);
    assert.deepEqual(of(1), [1]);
    assert.notEqual(kept.policyKey(one), kept.policyKey(kept.current.get(1)));
    assert.equal(sum(kept.policyTally(kept.current.get(1))), 1);
    tell({ type: "situation", policy: "p", automaton: 0, id: 4, situation: { places: [] } });
    assert.equal(kept.situation(one, 0, 4), undefined, "numbers of another life mean nothing");
    assert.deepEqual(kept.situation(kept.current.get(1), 0, 4), { places: [] });
  },

  "numbers that come again or are left out": async () => {
    const { kept, said, tell, numbers: of } = await store(hello("a"), begin(1), steps(step(1, 1), step(1, 1), step(1, 4), step(1, 3, 0, 2)));
    assert.deepEqual(of(1), [1, "2-3", 4]);
    assert.deepEqual([kept.taken, kept.refusedTotal, said.refusals], [2, 0, []]);
    tell({ type: "unknown_step", subject: 1, number: 5, time_us: 0, name: "X" }, steps(step(1, 6, 1, 2)), { type: "refusal", subject: 1, number: 6, text: "why" });
    const subject = kept.current.get(1);
    assert.deepEqual(subject.now().states, [6]);
    assert.deepEqual(subject.before(4), [4], "an unknown name changes nothing");
    assert.deepEqual(said.refusals, [6]);
    assert.deepEqual(subject.refusals.get(6), { text: "why", automata: [], expected: [] });
  },

  "what is taken back is not counted any more": async () => {
    const { kept, tell, numbers: of } = await store(hello("a"), begin(1), begin(2), steps(step(1, 1), step(1, 2, 5, 2), step(1, 3), step(2, 1, 5, 2)),
      { type: "refusal", subject: 1, number: 2, text: "why" }, { type: "end", subject: 1, reason: "over" });
    const subject = kept.current.get(1);
    const told = [];
    kept.onundone = (of1, to) => told.push([of1, to]);
    tell({ type: "undone", subject: 1, number: 1 });
    assert.deepEqual(told, [[subject, 1]]);
    assert.deepEqual(of(1), [1]);
    assert.deepEqual([subject.refused, subject.refusals.size, subject.ended, subject.lastNumber], [0, 0, null, 1]);
    assert.equal(sum(kept.policyTally(subject)), 2);
    assert.deepEqual(kept.refusals.map((refusal) => refusal.subject.id), [2]);
    // The number is given out again.
    tell(steps(step(1, 2)));
    assert.deepEqual(of(1), [1, 2]);
    assert.equal(subject.lost, 0);
    // Nothing before what is known can be taken back.
    tell(begin(3, { seen: 10, from_start: false }), steps(step(3, 11)), { type: "undone", subject: 3, number: 4 }, steps(step(3, 12)));
    assert.deepEqual(of(3), ["11-11", 12]);
  },

  "losses are told by where they were": async () => {
    const { kept, said } = await store(hello("a"), { type: "dropped", count: 3, where: "source" }, { type: "dropped", count: 4, where: "reader" });
    assert.deepEqual(kept.dropped, { reader: 4, source: 3 });
    assert.match(said.alarms[0], /^3 .* before they reached/);
    assert.match(said.alarms[1], /^4 .* too slowly/);
    const { said: other } = await store(hello("a", { format: 2 }), { type: "new" });
    assert.deepEqual(other.alarms, ["The server speaks format 2; this page knows 1", "The server said something that this page does not understand: new"]);
  },

  "statecalls of a subject whose beginning was lost": async () => {
    const { kept, numbers: of } = await store(hello("a"), steps(step(7, 5), step(8, 1)));
    assert.deepEqual(of(7), [5]);
    assert.deepEqual([kept.current.get(7).fromStart, kept.current.get(7).firstSeen, kept.current.get(8).fromStart], [false, 4, true]);
    assert.deepEqual(kept.current.get(7).when(4).states, [null]);
    const several = await store(hello("a", { policies: ["p", "q"] }), steps(...[1, 2, 3, 4, 5].map((n) => step(7, n))));
    assert.equal(several.kept.subjects.size, 0);
    assert.equal(several.kept.strays, 5);
    assert.equal(several.said.alarms.length, 3, "at 1, 2 and 4");
  },

  "a conclusion about a property replaces the one before": async () => {
    const verdict = (property, text) => ({ type: "verdict", subject: 1, property, text, bad: true });
    const { kept } = await store(hello("a"), begin(1), verdict("x", "1"), verdict("y", "2"), verdict("x", "3"));
    assert.deepEqual(kept.current.get(1).verdicts.map((one) => one.property + one.text), ["y2", "x3"]);
  },

  "everything is bounded": async () => {
    const { kept, tell, LIMITS } = await store(hello("a"));
    for (let id = 1; id <= LIMITS.subjects; id += 1) tell(begin(id));
    tell(steps(...Array.from({ length: 5000 }, (_, i) => step(3, i + 1))));
    tell({ type: "end", subject: 3, reason: "closed" }, begin(LIMITS.subjects + 1), begin(LIMITS.subjects + 2));
    assert.equal(kept.subjects.size, LIMITS.subjects);
    assert.equal(kept.letGoSubjects, 2);
    assert.equal(kept.current.has(3), false, "what has ended goes first");
    assert.equal(kept.current.has(1), false, "then the oldest");
    for (let i = 0; i < LIMITS.alarms + 5; i += 1) tell({ type: "dropped", count: 1, where: "reader" });
    assert.deepEqual([kept.alarms.length, kept.alarmTotal], [LIMITS.alarms, LIMITS.alarms + 5]);
    tell(steps(...Array.from({ length: LIMITS.refusals + 5 }, (_, i) => step(2, i + 1, 0, 2))));
    assert.deepEqual([kept.refusals.length, kept.refusedTotal, kept.refusals[0].number], [LIMITS.refusals, LIMITS.refusals + 5, 6]);
    // Twelve long runs are more than all may have; the longest give.
    for (let id = 100; id < 112; id += 1) tell(steps(...Array.from({ length: LIMITS.stepsPerSubject + 10 }, (_, i) => step(id, i + 1))));
    const held = [...kept.subjects.values()].map((subject) => subject.log.length);
    assert.ok(Math.max(...held) <= LIMITS.stepsPerSubject);
    const all = held.reduce((a, b) => a + b, 0);
    assert.ok(all <= LIMITS.steps && all > LIMITS.steps - 2000, `${all} are kept`);
    assert.equal(kept.taken - kept.letGoSteps - 5000, all);
    const { Tally } = await load("subject.js");
    const tally = new Tally();
    for (let i = 0; i < 2000; i += 1) tally.add({ kind: "unknown", name: `n${i}`, verdict: 1 }, 1);
    assert.ok(tally.counts.size <= 502);
    assert.equal(sum(tally), 2000);
  },

  "columns count bytes, and marks are cut where they begin and end": async () => {
    const { indexOfColumn, spanOn } = await load("marks.js");
    const line = "é€😀 A; B;";
    assert.deepEqual([1, 3, 6, 10, 11, 12, 99].map((column) => line.slice(indexOfColumn(line, column))), [line, "€😀 A; B;", "😀 A; B;", " A; B;", "A; B;", "; B;", ""]);
    assert.deepEqual(spanOn([0, 4, 3, 6, 2], 4, "  a b"), [2, 5]);
    assert.deepEqual(spanOn([0, 4, 3, 6, 2], 5, "  c"), [2, 3]);
    assert.deepEqual(spanOn([0, 4, 3, 6, 2], 6, "d;"), [0, 1]);
    for (const number of [3, 7]) assert.equal(spanOn([0, 4, 3, 6, 2], number, "xyz"), null);
    assert.equal(spanOn([0, 4, 3, 4, 3], 4, "  a"), null, "nothing is no mark");
  },

  "places: boxes, their lines, and what shares a box": async () => {
    const { Places } = await load("places.js");
    const places = new Places({ boxes: [[3, 1], [6, 1]], places: [[6, 0, 5, 3, 5, 5], [1, 0, 5, 3, 5, 5], [2, 0, 5, 9, 5, 12], [3, 1, 7, 1, 7, 4], [4, 0, 9, 1, 9, 2], [5, 0, 5, 9, 5, 12]] });
    assert.deepEqual(places.boxes, [1, 2, 4, 5]);
    assert.deepEqual(places.ofBox(1), [[0, 5, 3, 5, 5], [1, 7, 1, 7, 4]]);
    assert.deepEqual(places.onLine(0, 5), [1, 2, 5]);
    assert.deepEqual(places.placesOnLine(0, 5), [[0, 5, 3, 5, 5], [0, 5, 9, 5, 12]]);
    assert.deepEqual(places.placesOnLine(1, 7), [[1, 7, 1, 7, 4]]);
    assert.deepEqual([places.lines(0), places.lines(1), places.lines(2)], [[5, 9], [7], []]);
    assert.deepEqual([places.box(3), places.box(4), places.onLine(0, 6), places.ofBox(3)], [1, 4, [], []]);
  },
};
