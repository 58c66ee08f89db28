// The descriptions of policies, asked for when they are first needed.
import { Policy } from "./policy.js";
import { fetchDescription } from "./stream.js";

const AGAIN = 5000; // ms

export class Policies {
  #known = new Map(); // key -> Policy, null while it comes or cannot be had

  /** alarm(text); changed() */
  constructor(alarm, changed) {
    this.alarm = alarm;
    this.changed = changed;
  }

  /** The policy of this name; null as long as it is not there. `key`: no other policy has it. */
  of(key, name) {
    if (!this.#known.has(key)) {
      this.#known.set(key, null);
      fetchDescription(name).then(
        (description) => this.#known.set(key, new Policy(description)),
        (error) => {
          this.alarm(`No description of policy ${name}: ${error.message}`);
          setTimeout(() => this.#known.delete(key), AGAIN);
        }).finally(this.changed);
    }
    return this.#known.get(key);
  }
}
