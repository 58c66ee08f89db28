// Everything that the stream has said, bounded. No view is known here: who wants to know of changes
// looks at `version`, or is called by `changed`, which must be cheap.
import { Subject, Tally, IGNORED, REFUSED } from "./subject.js";

export const LIMITS = {
  stepsPerSubject: 20_000,
  steps: 200_000,
  subjects: 4_000,
  refusals: 1_000,
  alarms: 200,
};

export class Store {
  hello = null;
  subjects = new Map(); // key -> Subject, in the order of their beginning
  current = new Map(); // id in this session -> Subject
  refusals = []; // {subject, number}, oldest first
  refusedTotal = 0;
  alarms = []; // {time, kind, text, subject, number}
  alarmTotal = 0;
  dropped = { reader: 0, source: 0 };
  taken = 0; // statecalls that came
  strays = 0; // statecalls of nobody known
  letGoSubjects = 0;
  letGoSteps = 0;
  version = 0;
  policyTallies = new Map();
  onrefusal = null;
  onalarm = null;
  onundone = null;
  #kept = 0;
  #generation = 0;
  #announced = new Set(); // since the last hello
  #situations = new Map(); // "generation policy automaton" -> Map(id -> situation)

  constructor(changed) {
    this.changed = () => {
      this.version += 1;
      changed();
    };
  }

  handle(event) {
    const handler = this["_" + event.type];
    if (handler) handler.call(this, event);
    else this.alarm("unknown", `The server said something that this page does not understand: ${event.type}`);
    this.changed();
  }

  alarm(kind, text, subject = null, number = null) {
    const alarm = { time: Date.now() * 1000, kind, text, subject, number };
    this.alarmTotal += 1;
    this.alarms.push(alarm);
    if (this.alarms.length > LIMITS.alarms) this.alarms.shift();
    this.onalarm?.(alarm);
    this.changed();
  }

  /** The key of descriptions: another life of the server may have another policy of that name. */
  policyKey(subject) {
    return subject.key.split(":")[0] + " " + subject.policy;
  }

  situation(subject, automaton, id) {
    return this.#situations.get(`${this.policyKey(subject)} ${automaton}`)?.get(id);
  }

  policyTally(subject) {
    return this.policyTallies.get(this.policyKey(subject)) ?? new Tally();
  }

  /** The connection is gone: nothing is certain until the server speaks again. */
  interrupted() {
    for (const subject of this.current.values()) {
      if (subject.ended === null) subject.stale = true;
    }
    this.changed();
  }

  _hello(event) {
    if (event.format !== 1) this.alarm("unknown", `The server speaks format ${event.format}; this page knows 1`);
    if (!this.hello || this.hello.session !== event.session) {
      if (this.hello) {
        for (const subject of this.current.values()) {
          subject.ended ??= "the server was started again";
          subject.stale = false;
        }
      }
      this.#generation += 1;
      this.current = new Map();
    }
    this.#announced = new Set();
    this.hello = {
      ...event,
      policies: Array.isArray(event.policies) ? event.policies : [],
      capabilities: Array.isArray(event.capabilities) ? event.capabilities : [],
    };
  }

  _subject(event) {
    const known = this.current.get(event.id);
    // What the server tells again after the connection was lost is known already, unless steps
    // may have been taken back meanwhile.
    const again = known && !this.#announced.has(event.id) && this.hello?.mode !== "simulate";
    this.#announced.add(event.id);
    if (known && (again || event.seen >= known.lastNumber)) {
      known.stale = false;
      if (event.seen > known.lastNumber) known.gap(event.seen, event.states);
      return;
    }
    if (known) this.#forget(known);
    const subject = new Subject(`${this.#generation}:${event.id}`, event);
    this.current.set(event.id, subject);
    this.subjects.set(subject.key, subject);
    this.#boundSubjects();
  }

  _steps(event) {
    for (const [id, number, time, call, verdict, states] of event.items) {
      this.#add(id, { kind: "step", number, time, call, verdict, states });
    }
  }

  _unknown_step(event) {
    this.#add(event.subject, {
      kind: "unknown", number: event.number, time: event.time_us, name: String(event.name),
      verdict: IGNORED, states: null,
    });
  }

  #add(id, entry) {
    let subject = this.current.get(id);
    if (!subject) {
      // Its beginning was lost. Without a policy its numbers mean nothing.
      if (this.hello?.policies.length !== 1) {
        this.#stray(id);
        return;
      }
      this._subject({ id, policy: this.hello.policies[0], title: `subject ${id}`,
        from_start: entry.number === 1, seen: entry.number - 1,
        states: (entry.states ?? []).map(() => null) });
      subject = this.current.get(id);
    }
    if (!subject.add(entry)) return;
    this.taken += 1;
    this.#kept += 1;
    this.#tallyOf(subject).add(entry, 1);
    if (entry.verdict === REFUSED) {
      this.refusedTotal += 1;
      this.refusals.push({ subject, number: entry.number });
      if (this.refusals.length > LIMITS.refusals) this.refusals.shift();
      this.onrefusal?.(subject, entry);
    }
    if (subject.log.length > LIMITS.stepsPerSubject) this.#letGo(subject, 1);
    if (this.#kept > LIMITS.steps) this.#boundSteps();
  }

  #stray(id) {
    this.strays += 1;
    if ((this.strays & (this.strays - 1)) === 0) {
      this.alarm("unknown", `${this.strays} statecalls are of connections that were never announced, the last of ${id}: they are not shown`);
    }
  }

  #tallyOf(subject) {
    const key = this.policyKey(subject);
    if (!this.policyTallies.has(key)) this.policyTallies.set(key, new Tally());
    return this.policyTallies.get(key);
  }

  _refusal(event) {
    const subject = this.current.get(event.subject);
    if (!subject) return;
    subject.refusals.set(event.number, {
      text: String(event.text ?? ""),
      automata: (event.automata ?? []).map(String),
      expected: (event.expected ?? []).map(String),
    });
    subject.version += 1;
  }

  _undone(event) {
    const subject = this.current.get(event.subject);
    if (!subject) return;
    const before = subject.log.length;
    const tally = this.#tallyOf(subject);
    for (let i = subject.log.length - 1; i >= 0 && subject.log.at(i).number > event.number; i -= 1) {
      tally.add(subject.log.at(i), -1);
    }
    subject.undo(event.number);
    this.#kept -= before - subject.log.length;
    this.refusals = this.refusals.filter((r) => r.subject !== subject || r.number <= event.number);
    this.onundone?.(subject, event.number);
  }

  _situation(event) {
    const key = `${this.#generation} ${event.policy} ${event.automaton}`;
    if (!this.#situations.has(key)) this.#situations.set(key, new Map());
    this.#situations.get(key).set(event.id, event.situation);
  }

  _end(event) {
    const subject = this.current.get(event.subject);
    if (!subject) return;
    subject.ended = String(event.reason ?? "");
    subject.stale = false;
    subject.version += 1;
  }

  _dropped(event) {
    const where = event.where === "source" ? "source" : "reader";
    this.dropped[where] += event.count;
    this.alarm("dropped", where === "source"
      ? `${event.count} statecalls were lost before they reached the debugger's server`
      : `${event.count} statecalls were lost because this page took them too slowly`);
  }

  _disagreement(event) {
    const subject = this.current.get(event.subject) ?? null;
    subject?.disagreements.set(event.number, String(event.text));
    this.alarm("disagreement", String(event.text), subject, event.number);
  }

  _verdict(event) {
    const subject = this.current.get(event.subject);
    if (!subject) return;
    subject.verdicts = subject.verdicts.filter((v) => v.property !== event.property);
    subject.verdicts.push(event);
    subject.version += 1;
  }

  #letGo(subject, count) {
    const many = Math.min(count, subject.log.length);
    for (let i = 0; i < many; i += 1) subject.letGo();
    this.#kept -= many;
    this.letGoSteps += many;
  }

  /** The longest gives. */
  #boundSteps() {
    let longest = null;
    for (const subject of this.subjects.values()) {
      if (!longest || subject.log.length > longest.log.length) longest = subject;
    }
    this.#letGo(longest, 1000);
  }

  #boundSubjects() {
    if (this.subjects.size <= LIMITS.subjects) return;
    let victim = null;
    for (const subject of this.subjects.values()) {
      victim ??= subject;
      if (subject.ended !== null) {
        victim = subject;
        break;
      }
    }
    this.#forget(victim);
    this.letGoSubjects += 1;
  }

  #forget(subject) {
    this.#kept -= subject.log.length;
    this.subjects.delete(subject.key);
    if (this.current.get(subject.id) === subject) this.current.delete(subject.id);
    this.refusals = this.refusals.filter((r) => r.subject !== subject);
  }
}
