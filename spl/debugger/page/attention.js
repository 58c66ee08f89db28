// Which automaton is shown, and which box or line of it the reader has chosen.
//
// Shown is the automaton that the reader has chosen. At a refused statecall that the reader has gone
// to, or that ends a subject, it is one that refuses: only there, and only until the reader turns to
// another one. What merely passes by live turns nothing.

export class Attention {
  /** The reader's. */
  chosen = 0;
  /** {automaton, boxes, places, from, serial}: what is marked in the drawing and in the text; or null. */
  link = null;
  #turnedAt = "";
  #step = "";
  #serial = 0;

  choose(automaton) {
    this.chosen = automaton;
    this.#turnedAt = this.#step;
    this.link = null;
  }

  /** At this step (a text that no other step has), where `refusers` refuse and are to be shown. */
  shown(step, refusers, count) {
    this.#step = step;
    this.chosen = Math.min(this.chosen, Math.max(0, count - 1));
    if (refusers.length === 0 || refusers.includes(this.chosen) || this.#turnedAt === step) return this.chosen;
    return refusers[0];
  }

  /** Marks boxes and places of an automaton; `from`: "graph", "source" or "situation", where it was chosen. */
  mark(automaton, boxes, places, from) {
    this.#serial += 1;
    this.link = { automaton, boxes, places, from, serial: this.#serial };
  }

  /** False: nothing was marked. */
  unmark() {
    const was = this.link !== null;
    this.link = null;
    return was;
  }
}
