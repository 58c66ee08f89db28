// Many things that can have the focus, and one tab stop for them all: arrows, Home and End move it.

export class Roving {
  #items = [];
  #stop = null;

  /** focus(item): gives it the focus. */
  constructor(focus) {
    this.focus = focus;
  }

  /** What there is, in order. The tab stop stays where it is if it can, and goes to `preferred` else. */
  set(items, preferred) {
    if (this.#stop && !items.includes(this.#stop)) this.stop = null;
    this.#items = items;
    this.stop ??= preferred ?? items[0] ?? null;
  }

  get stop() {
    return this.#stop;
  }

  set stop(item) {
    this.#stop?.setAttribute("tabindex", "-1");
    this.#stop = item;
    item?.setAttribute("tabindex", "0");
  }

  /** True if this key has moved the focus from one of them. */
  key(event) {
    const at = this.#items.indexOf(event.target);
    if (at < 0) return false;
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: this.#items.length - 1 }[event.key];
    if (to === undefined) return false;
    this.stop = this.#items[Math.max(0, Math.min(this.#items.length - 1, to))];
    this.focus(this.stop);
    return true;
  }
}
