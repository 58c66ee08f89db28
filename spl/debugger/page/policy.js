// What a policy and a situation of it mean together.
import { Places } from "./places.js";

/** "a set of numbers", "true or false" for people. */
export function valueText(variable, values) {
  if (values.length === 0) return "?"; // not known, or too many
  const text = values.map((value) => (variable.type === "bool" ? String(Boolean(value)) : String(value)));
  return text.length === 1 ? text[0] : `{${text.join(", ")}}`;
}

export function typeText(variable) {
  return variable.bounds ? `${variable.type} (${variable.bounds[0]}..${variable.bounds[1]})` : variable.type;
}

export class Policy {
  constructor(description) {
    this.description = description;
    this.alphabets = description.automata.map((automaton) => new Set(automaton.alphabet));
    this.places = description.automata.map((automaton) => new Places(automaton));
  }

  name(call) {
    return this.description.statecalls[call] ?? `statecall ${call}`;
  }

  /** An entry of a log by its name. */
  entryName(entry) {
    return entry.kind === "unknown" ? entry.name : this.name(entry.call);
  }

  /** The situations of these states, null where they are not known. */
  situations(states, streamed) {
    return this.description.automata.map((automaton, i) => {
      const id = states[i];
      if (id === null || id === undefined) return null;
      return automaton.situations?.[id] ?? streamed(i, id) ?? null;
    });
  }

  /**
   * {allowed: [id], blocked: [{call, by: [automaton index]}], unknown: [automaton index]}.
   * blocked: what some automaton waits for, but another one does not allow.
   */
  next(situations) {
    const allows = situations.map((situation) => new Set(situation?.allowed ?? []));
    const unknown = situations.flatMap((situation, i) => (situation ? [] : [i]));
    const allowed = [];
    const blocked = [];
    for (let call = 0; call < this.description.statecalls.length; call += 1) {
      const havers = this.alphabets.flatMap((alphabet, i) => (alphabet.has(call) ? [i] : []));
      const against = havers.filter((i) => situations[i] && !allows[i].has(call));
      const sure = havers.filter((i) => situations[i]);
      if (sure.length === 0) continue;
      if (against.length === 0) allowed.push(call);
      else if (against.length < sure.length) blocked.push({ call, by: against });
    }
    return { allowed, blocked, unknown };
  }

  /** The automata that refuse this statecall in these situations, by name. */
  refusers(call, situations) {
    return this.description.automata
      .filter((_, i) => this.alphabets[i].has(call) && situations[i] && !situations[i].allowed.includes(call))
      .map((automaton) => automaton.name);
  }

  /** Indices of the automata of these names. */
  indices(names) {
    return names.map((name) => this.description.automata.findIndex((automaton) => automaton.name === name)).filter((i) => i >= 0);
  }

  finished(situations) {
    return situations.length > 0 && situations.every((situation) => situation?.finished);
  }
}
