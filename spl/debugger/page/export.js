// A subject's statecalls as text: a trace for `splc replay`, and a test as tests/traces has them.
import { byId, setText, clock, plural } from "./dom.js";
import { REFUSED, IGNORED } from "./subject.js";
import { refusalOf } from "./details.js";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** One line of text whatever is in it. */
const clean = (text) => String(text).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();

function* entriesUntil(subject, until) {
  for (let i = 0; i < subject.log.length; i += 1) {
    const entry = subject.log.at(i);
    if (entry.number > until) return;
    yield [entry, i];
  }
}

/** Why the start of this is not known; null if it is. */
function missing(subject, until) {
  if (!subject.fromStart || subject.firstSeen > 0) return `its first ${plural(subject.firstSeen, "statecall")} happened before it was looked at`;
  if (subject.letGoCount > 0) return `the debugger's page has let go its first ${subject.base.number} statecalls`;
  if (!subject.completeUntil(until)) return "statecalls of it were lost";
  return null;
}

/** How the trace ends, in the words of tests/traces. */
function verdictOf(subject, policy, situationsAt, view) {
  const { entry, index } = view;
  if (entry && entry.kind === "step" && entry.verdict === REFUSED) {
    const { automata } = refusalOf(subject, policy, entry, situationsAt(subject.before(index)));
    const order = policy.description.automata.map((automaton) => automaton.name);
    return "refused by " + automata.slice().sort((a, b) => order.indexOf(a) - order.indexOf(b)).join(" and ");
  }
  return policy.finished(situationsAt(view.states)) ? "accepted, finished" : "accepted, not finished";
}

/** The text of `splc replay`'s traces up to the statecall of this number. */
export function traceText({ subject, policy, until }) {
  const lines = [`# ${clean(subject.title)}`, `# A run of ${clean(policy.description.path)}; splc replay reads this file.`];
  const why = missing(subject, until);
  if (why) lines.push(`# INCOMPLETE: ${why}. It does not start where the policy does.`);
  const entries = [...entriesUntil(subject, until)].map(([entry]) => entry);
  if (entries.some((entry) => entry.verdict === REFUSED && entry.number < until)) {
    lines.push("# Statecalls were refused and left out by the program: replay it with --keep-going.");
  }
  const names = entries.map((entry) => (entry.kind === "gap" ? "" : policy.entryName(entry)));
  const width = Math.max(0, ...names.map((name) => name.length).filter((length) => length <= 60));
  entries.forEach((entry, i) => {
    if (entry.kind === "gap") {
      lines.push(`# ${plural(entry.number - entry.from + 1, "statecall")} lost here.`);
    } else if (!NAME.test(names[i])) {
      lines.push(`# A statecall that is no name: ${clean(JSON.stringify(names[i]))}`);
    } else {
      const comment = [clock(entry.time), entry.verdict === REFUSED ? "refused" : entry.kind === "unknown" ? "unknown" : entry.verdict === IGNORED ? "ignored" : ""];
      const text = comment.filter(Boolean).join(", ");
      lines.push(text ? `${names[i].padEnd(width)}  # ${text}` : names[i]);
    }
  });
  if (entries.length === 0) lines.push("# At the very start, before any statecall.");
  return lines.join("\n") + "\n";
}

/**
 * {text, why}: a test of the form of tests/traces, whose last statecall is the one of this number; or
 * null, and why there can be none.
 */
export function testText({ subject, policy, situationsAt, until }) {
  const why = missing(subject, until);
  if (why) return { text: null, why: `No test can be made of this: ${why}.` };
  const view = subject.when(until);
  if (view.states.some((state) => state === null)) return { text: null, why: "No test can be made of this: the situation at its end is not known." };
  const entries = [...entriesUntil(subject, until)].map(([entry]) => entry);
  const last = entries.at(-1);
  const kept = entries.filter((entry) => entry.kind === "step" && entry.verdict !== IGNORED && (entry.verdict !== REFUSED || entry === last));
  if (kept.length === 0) return { text: null, why: "No test can be made of this: it has no statecalls." };
  const lines = [`# ${clean(subject.title)}`, `# policy: ${clean(policy.description.path)}`,
    `# verdict: ${verdictOf(subject, policy, situationsAt, view)}`];
  if (kept.length < entries.length) {
    lines.push(`# ${plural(entries.length - kept.length, "statecall")} that changed nothing (refused before, ignored or unknown) left out.`);
  }
  lines.push(...kept.map((entry) => policy.name(entry.call)));
  return { text: lines.join("\n") + "\n", why: null };
}

export class ExportDialog {
  /** current(): {subject, policy, situationsAt, until} or null */
  constructor(current, say) {
    this.current = current;
    this.say = say;
    this.dialog = byId("export-dialog");
    this.text = byId("export-text");
    for (const radio of this.dialog.querySelectorAll("input[type=radio]")) radio.addEventListener("change", () => this.#fill());
    byId("export-copy").addEventListener("click", () => this.#copy());
    byId("export-save").addEventListener("click", () => this.#save());
    byId("export-close").addEventListener("click", () => this.dialog.close());
  }

  open() {
    this.what = this.current();
    if (!this.what) {
      this.say("There is nothing to export yet.");
      return;
    }
    this.#fill();
    this.dialog.showModal();
  }

  get #asTest() {
    return byId("export-test").checked;
  }

  #fill() {
    const { subject, until } = this.what;
    const made = this.#asTest ? testText(this.what) : { text: traceText(this.what), why: null };
    this.text.value = made.text ?? "";
    for (const id of ["export-copy", "export-save"]) byId(id).disabled = made.text === null;
    setText(byId("export-note"), made.why ?? (this.#asTest
      ? "A file for tests/traces: the head says what the policy must answer. It ends with the statecall that is chosen."
      : `Up to statecall ${until} of ${subject.title}. Check it with: splc replay POLICY FILE`));
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.text.value);
      this.say("Copied.");
    } catch {
      this.text.select();
      this.say("The browser does not let this page copy. The text is selected.");
    }
  }

  #save() {
    const { subject, policy, until } = this.what;
    const url = URL.createObjectURL(new Blob([this.text.value], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${policy.description.policy}-${subject.id}-${until}.trace`.replace(/[^A-Za-z0-9._-]/g, "_");
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    this.say(`Saved as ${link.download}.`);
  }
}
