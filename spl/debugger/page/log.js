// What is kept of one subject's life: a bounded list of entries in the order of their numbers.
//
// An entry is {kind, number, time, call, verdict, states, name, from}:
//   "step"     a statecall of the policy (call: its id)
//   "unknown"  a name that the policy does not have (name)
//   "gap"      statecalls from..number that never came here

export class Log {
  #items = [];
  #head = 0;

  /** Entries that were let go at the front so far; front + i is an entry's place for good. */
  front = 0;

  get length() {
    return this.#items.length - this.#head;
  }

  at(index) {
    return this.#items[this.#head + index];
  }

  last() {
    return this.#items.length > this.#head ? this.#items[this.#items.length - 1] : undefined;
  }

  push(entry) {
    this.#items.push(entry);
  }

  pop() {
    return this.length > 0 ? this.#items.pop() : undefined;
  }

  shift() {
    if (this.length === 0) return undefined;
    const entry = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    this.front += 1;
    if (this.#head > 4096 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }

  /** Index of the last entry whose number is at most this; -1 if there is none. */
  find(number) {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at(middle).number <= number) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
