// The automaton as a picture: where it waits is lit, and the edge that was taken last is marked.
// Zoom, pan and fit by wheel and pointer, by keys, and by buttons.
import { el, byId, setText, setAttribute } from "./dom.js";
import { harmless } from "./picture.js";

const SMALLEST = 0.05;
const LARGEST = 8;
const PREFIX = "picture-";

export class GraphView {
  #pictures = new Map(); // automaton of a description -> {svg, ids, width, height, place} or {missing}
  #shown = null;
  #marked = [];
  #key = "";

  constructor() {
    this.box = byId("graph");
    this.words = byId("graph-words");
    this.box.addEventListener("keydown", (event) => this.#keyDown(event));
    this.box.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.box.addEventListener("pointerdown", (event) => this.#drag(event));
    byId("zoom-in").addEventListener("click", () => this.zoom(1.25));
    byId("zoom-out").addEventListener("click", () => this.zoom(0.8));
    byId("zoom-fit").addEventListener("click", () => this.fit());
    byId("zoom-active").addEventListener("click", () => this.centre());
    new ResizeObserver(() => {
      if (this.#shown?.svg && !this.#shown.touched) this.#first();
    }).observe(this.box);
  }

  /** shown: {policy, automaton, situation, before, call (id or null), key} */
  render(shown) {
    if (shown.key === this.#key) return;
    this.#key = shown.key;
    const automaton = shown.policy.description.automata[shown.automaton];
    const picture = this.#picture(automaton);
    const fresh = this.#shown !== picture;
    if (fresh) this.#show(picture);
    if (!picture.svg) {
      setText(this.words, picture.missing);
      return;
    }
    this.#mark(picture, automaton, shown);
    if (fresh && !picture.touched) this.#first();
    else this.#follow();
  }

  #picture(automaton) {
    if (!this.#pictures.has(automaton)) {
      let picture;
      try {
        picture = automaton.graph ? build(automaton.graph)
          : { missing: `There is no picture of ${automaton.name}: ${automaton.graph_missing ?? "none was made"}` };
      } catch (error) {
        picture = { missing: `The picture of ${automaton.name} cannot be shown: ${error.message}` };
      }
      this.#pictures.set(automaton, picture);
    }
    return this.#pictures.get(automaton);
  }

  #show(picture) {
    this.#shown = picture;
    this.#marked = [];
    for (const id of ["zoom-in", "zoom-out", "zoom-fit", "zoom-active"]) byId(id).disabled = !picture.svg;
    this.box.replaceChildren(picture.svg ?? el("p", { class: "note", text: picture.missing }));
  }

  #mark(picture, automaton, { situation, before, call }) {
    for (const [node, name] of this.#marked) node.classList.remove(name);
    this.#marked = [];
    const put = (id, name) => {
      const node = picture.ids.get(id);
      if (!node) return null;
      node.classList.add(name);
      this.#marked.push([node, name]);
      return node;
    };
    // Wait points between the same places share a box.
    const boxes = new Map(automaton.boxes ?? []);
    const shown = (of) => new Set((of?.nodes ?? []).map((n) => boxes.get(n) ?? n));
    const lit = [...shown(situation)].map((n) => put(`node.${automaton.name}.${n}`, "lit")).filter(Boolean);
    const from = shown(before);
    const all = call === null ? [] : (automaton.edges ?? []).filter((edge) => edge.statecall === call);
    // A handle is entered from everywhere in its during: there the box before the edge was not lit.
    const sure = all.filter((edge) => from.has(edge.from));
    const edges = sure.length > 0 ? sure : all;
    const taken = [...new Set(edges.map((edge) => edge.id))].map((id) => put(id, "taken")).filter(Boolean);
    const title = (node) => node.querySelector("text")?.textContent ?? "";
    setText(this.words, situation === null ? "The situation is not known."
      : `Waits at ${lit.map(title).filter(Boolean).join(", ") || "no box of the picture"}.` +
        (taken.length > 0 ? " The edge taken last is drawn thick." : ""));
    setAttribute(this.box, "aria-label", `Graph of automaton ${automaton.name}`);
    this.lit = lit;
  }

  #first() {
    this.fit();
    // A picture that is only legible when enlarged starts where the automaton waits.
    if (this.#shown.place.scale < 0.5) {
      this.#shown.place.scale = 0.75;
      this.centre();
    }
    this.#shown.touched = false;
  }

  fit() {
    const picture = this.#shown;
    if (!picture?.svg) return;
    const { clientWidth: width, clientHeight: height } = this.box;
    if (width === 0) return;
    const scale = Math.min(1.5, (width - 16) / picture.width, (height - 16) / picture.height);
    picture.place = {
      scale: Math.max(SMALLEST, scale),
      x: (width - picture.width * scale) / 2,
      y: (height - picture.height * scale) / 2,
    };
    picture.touched = true;
    this.#apply();
  }

  /** Lit nodes into the middle. */
  centre() {
    const picture = this.#shown;
    const node = this.lit?.[0];
    if (!picture?.svg || !node) return;
    const box = this.box.getBoundingClientRect();
    const place = node.getBoundingClientRect();
    picture.place.x += box.left + box.width / 2 - (place.left + place.width / 2);
    picture.place.y += box.top + box.height / 2 - (place.top + place.height / 2);
    picture.touched = true;
    this.#apply();
    // The first call after a change of scale has not seen it yet.
    const after = node.getBoundingClientRect();
    picture.place.x += box.left + box.width / 2 - (after.left + after.width / 2);
    picture.place.y += box.top + box.height / 2 - (after.top + after.height / 2);
    this.#apply();
  }

  #follow() {
    if (!this.lit || this.lit.length === 0) return;
    const box = this.box.getBoundingClientRect();
    const inside = this.lit.some((node) => {
      const place = node.getBoundingClientRect();
      return place.left >= box.left && place.right <= box.right && place.top >= box.top && place.bottom <= box.bottom;
    });
    if (!inside) this.centre();
  }

  zoom(factor, x = this.box.clientWidth / 2, y = this.box.clientHeight / 2) {
    const picture = this.#shown;
    if (!picture?.svg) return;
    const { place } = picture;
    const scale = Math.max(SMALLEST, Math.min(LARGEST, place.scale * factor));
    place.x = x - (x - place.x) * (scale / place.scale);
    place.y = y - (y - place.y) * (scale / place.scale);
    place.scale = scale;
    picture.touched = true;
    this.#apply();
  }

  pan(x, y) {
    const picture = this.#shown;
    if (!picture?.svg) return;
    picture.place.x += x;
    picture.place.y += y;
    picture.touched = true;
    this.#apply();
  }

  #apply() {
    const { svg, place } = this.#shown;
    svg.style.transform = `translate(${place.x}px, ${place.y}px) scale(${place.scale})`;
  }

  #keyDown(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = 60;
    const actions = {
      ArrowLeft: () => this.pan(step, 0), ArrowRight: () => this.pan(-step, 0),
      ArrowUp: () => this.pan(0, step), ArrowDown: () => this.pan(0, -step),
      "+": () => this.zoom(1.25), "=": () => this.zoom(1.25), "-": () => this.zoom(0.8),
      0: () => this.fit(), Enter: () => this.centre(),
    };
    if (!actions[event.key]) return;
    actions[event.key]();
    event.preventDefault();
    event.stopPropagation();
  }

  #wheel(event) {
    if (!this.#shown?.svg) return;
    // The plain wheel scrolls the page, so that nobody is caught in here.
    if (!event.ctrlKey && !event.shiftKey) return;
    const box = this.box.getBoundingClientRect();
    this.zoom(Math.exp(-(event.deltaY || event.deltaX) / 300), event.clientX - box.left, event.clientY - box.top);
    event.preventDefault();
  }

  #drag(event) {
    if (event.button !== 0 || !this.#shown?.svg) return;
    let [x, y] = [event.clientX, event.clientY];
    this.box.setPointerCapture(event.pointerId);
    this.box.classList.add("dragged");
    const move = (moved) => {
      this.pan(moved.clientX - x, moved.clientY - y);
      [x, y] = [moved.clientX, moved.clientY];
    };
    this.box.addEventListener("pointermove", move);
    const stop = () => {
      this.box.removeEventListener("pointermove", move);
      this.box.classList.remove("dragged");
    };
    this.box.addEventListener("pointerup", stop, { once: true });
    this.box.addEventListener("pointercancel", stop, { once: true });
  }
}

function build(text) {
  const svg = harmless(text, PREFIX);
  const ids = new Map();
  for (const node of svg.querySelectorAll("[id]")) ids.set(node.id.slice(PREFIX.length), node);
  const frame = (svg.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number);
  const [width, height] = frame.length === 4 && frame.every(Number.isFinite) ? frame.slice(2) : [600, 400];
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  return { svg, ids, width, height, place: { scale: 1, x: 0, y: 0 }, touched: false };
}
