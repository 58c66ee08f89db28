// What is said aside from the views: banners for those who see, a live region for those who listen.
import { el, setText, direction, number } from "./dom.js";

const PAUSE = 1500; // ms between two announcements: a screen reader needs time

export class Announcer {
  #timer = 0;
  #text = "";
  #refusals = 0;
  #last = null;

  constructor(box) {
    this.box = box;
  }

  say(text) {
    this.#text = text;
    this.#soon(50);
  }

  /** Many refusals at once become one sentence. */
  refusal(subject, entry, policy) {
    this.#refusals += 1;
    this.#last = { subject, entry, policy };
    // Its explanation comes right behind it.
    this.#soon(150);
  }

  #soon(milliseconds) {
    if (this.#timer !== 0) return;
    this.#timer = setTimeout(() => {
      this.#flush();
      this.#timer = setTimeout(() => {
        this.#timer = 0;
        if (this.#text || this.#refusals > 0) this.#soon(0);
      }, PAUSE);
    }, milliseconds);
  }

  #refused() {
    const { subject, entry, policy } = this.#last;
    const name = policy()?.entryName(entry) ?? "a statecall";
    const by = subject.refusals.get(entry.number)?.automata.join(" and ");
    return `${name}, ${direction(name).words}, refused${by ? ` by ${by}` : ""}, statecall ${entry.number} of ${subject.title}`;
  }

  #flush() {
    const parts = [];
    if (this.#refusals === 1) parts.push(this.#refused());
    if (this.#refusals > 1) parts.push(`${number(this.#refusals)} refusals, the last: ${this.#refused()}`);
    if (this.#text) parts.push(this.#text);
    this.#refusals = 0;
    this.#text = "";
    setText(this.box, parts.join(". "));
  }
}

export class Banners {
  #shown = new Map(); // kind -> {box, text, count, timer}

  constructor(box) {
    this.box = box;
  }

  /** One banner a kind; more of a kind are counted. `more`: what a button "Details" does. */
  show(kind, text, more = null, milliseconds = 0) {
    let shown = this.#shown.get(kind);
    if (!shown) {
      const words = el("span", { class: "words" });
      const count = el("span", { class: "badge" });
      count.hidden = true;
      const box = el("div", { class: `banner ${kind}` },
        el("span", { class: "sign", "aria-hidden": "true", text: kind === "regained" ? "✓" : "!" }), words, count,
        more ? el("button", { type: "button", text: "Details", onclick: more }) : null,
        el("button", { type: "button", text: "Dismiss", onclick: () => this.hide(kind) }));
      shown = { box, words, count, times: 0, timer: 0 };
      this.#shown.set(kind, shown);
      this.box.append(box);
    }
    shown.times += 1;
    setText(shown.words, text);
    if (kind === "dropped" || kind === "disagreement" || kind === "unknown") {
      shown.count.hidden = shown.times < 2;
      setText(shown.count, `${number(shown.times)} times`);
    }
    clearTimeout(shown.timer);
    if (milliseconds > 0) shown.timer = setTimeout(() => this.hide(kind), milliseconds);
  }

  hide(kind) {
    const shown = this.#shown.get(kind);
    if (!shown) return;
    const inside = shown.box.contains(document.activeElement);
    shown.box.remove();
    this.#shown.delete(kind);
    if (inside) document.getElementById("timeline-list").focus();
  }
}
