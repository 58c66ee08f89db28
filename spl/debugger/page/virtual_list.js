// A long list of which only what is in view is in the document. Focus stays on the list itself;
// the active row is told by aria-activedescendant, so that it may come and go.
import { el, setAttribute } from "./dom.js";

export class VirtualList {
  #pool = new Map(); // slot -> {row, index, mark}
  #height = 0;

  /**
   * source: {
   *   count(), front(): how many rows there are, and how many were taken away at the front so far
   *   fill(row, index): fills an empty row; mark(index): changes whenever fill would do another thing
   *   active(): index of the active row or -1
   *   role: of the rows; onpick(index, event): a click }
   */
  constructor(container, source) {
    this.container = container;
    this.source = source;
    this.canvas = el("div", { class: "canvas", role: "presentation" });
    container.append(this.canvas);
    container.addEventListener("scroll", () => this.refresh(), { passive: true });
    new ResizeObserver(() => {
      this.#height = 0;
      this.refresh();
    }).observe(container);
    this.canvas.addEventListener("click", (event) => {
      const row = event.target.closest("[data-index]");
      if (row) source.onpick?.(Number(row.dataset.index), event);
    });
  }

  get rowHeight() {
    if (this.#height === 0) {
      const probe = el("div", { class: "row", role: "presentation", text: "x" });
      this.canvas.append(probe);
      this.#height = Math.max(8, probe.getBoundingClientRect().height);
      probe.remove();
    }
    return this.#height;
  }

  refresh() {
    const { container, source } = this;
    const view = container.clientHeight;
    if (view === 0) return;
    const height = this.rowHeight;
    const count = source.count();
    const total = `${count * height}px`;
    if (this.canvas.style.height !== total) this.canvas.style.height = total;
    const first = Math.max(0, Math.floor(container.scrollTop / height) - 4);
    const last = Math.min(count - 1, Math.ceil((container.scrollTop + view) / height) + 4);
    const slots = Math.ceil(view / height) + 12;
    const front = source.front?.() ?? 0;
    const active = source.active?.() ?? -1;
    const used = new Set();
    const place = (index) => {
      const slot = index === active && (index < first || index > last) ? "active" : (front + index) % slots;
      used.add(slot);
      this.#place(slot, index, height, index === active);
    };
    for (let i = first; i <= last; i += 1) place(i);
    // The active row exists even where it is out of sight: the list points to it.
    if (active >= 0 && active < count && (active < first || active > last)) place(active);
    for (const [slot, entry] of this.#pool) {
      if (!used.has(slot)) {
        entry.row.remove();
        this.#pool.delete(slot);
      }
    }
    setAttribute(container, "aria-activedescendant",
      active >= 0 && active < count ? this.#idOf(active, front, first, last, slots) : null);
  }

  #idOf(active, front, first, last, slots) {
    const slot = active < first || active > last ? "active" : (front + active) % slots;
    return `${this.container.id}-${slot}`;
  }

  #place(slot, index, height, active) {
    let entry = this.#pool.get(slot);
    if (!entry) {
      entry = { row: el("div", { class: "row", role: this.source.role, id: `${this.container.id}-${slot}` }), top: "" };
      this.canvas.append(entry.row);
      this.#pool.set(slot, entry);
    }
    const { row } = entry;
    const mark = this.source.mark(index);
    if (entry.mark !== mark) {
      row.replaceChildren();
      row.className = "row";
      this.source.fill(row, index);
      entry.mark = mark;
    }
    const top = `translateY(${index * height}px)`;
    if (entry.top !== top) {
      row.style.transform = top;
      entry.top = top;
    }
    row.dataset.index = index;
    setAttribute(row, "aria-setsize", this.source.count());
    setAttribute(row, "aria-posinset", index + 1);
    setAttribute(row, "aria-selected", active ? "true" : "false");
  }

  /** Scrolls as little as needed. */
  reveal(index) {
    const { container } = this;
    const height = this.rowHeight;
    const top = index * height;
    if (top < container.scrollTop) container.scrollTop = top;
    else if (top + height > container.scrollTop + container.clientHeight) {
      container.scrollTop = top + height - container.clientHeight;
    }
  }

  toEnd() {
    this.container.scrollTop = this.source.count() * this.rowHeight;
  }

  get page() {
    return Math.max(1, Math.floor(this.container.clientHeight / this.rowHeight) - 1);
  }
}

/** Index after this key in a list of `count` rows; null for other keys. */
export function movedBy(key, index, count, page) {
  const moves = {
    ArrowDown: index + 1, ArrowUp: index - 1, PageDown: index + page, PageUp: index - page,
    Home: 0, End: count - 1,
  };
  if (!(key in moves) || count === 0) return null;
  return Math.max(0, Math.min(count - 1, moves[key]));
}
