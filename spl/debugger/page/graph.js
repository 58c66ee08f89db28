// The automaton as a picture: where it waits is lit, and the edge that was taken last is marked. Its
// boxes lead to their lines. Zoom, pan and fit by wheel and pointer, by keys, and by buttons.
import { el, byId, setText, setAttribute } from "./dom.js";
import { harmless } from "./picture.js";
import { Roving } from "./roving.js";

const SMALLEST = 0.05;
const LARGEST = 8;
const PREFIX = "picture-";
const SVG = "http://www.w3.org/2000/svg";
const DRAG = 4; // pixels: who moves less wants to click
const ENDS = ["pointerup", "pointercancel", "pointerleave"];

export class GraphView {
  #pictures = new Map(); // automaton of a description -> {svg, ids, boxes, width, height, place} or {missing}
  #shown = null;
  #marked = []; // [element, class]
  #signs = []; // elements that were put into the picture
  #key = "";
  #link = null;
  #roving = new Roving((box) => box.focus({ preventScroll: true }));

  /** actions: {link(node, by key), unlink()} */
  constructor(actions) {
    this.actions = actions;
    this.box = byId("graph");
    this.words = byId("graph-words");
    this.box.addEventListener("keydown", (event) => this.#keyDown(event));
    this.box.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.box.addEventListener("pointerdown", (event) => this.#drag(event));
    this.box.addEventListener("click", (event) => this.#click(event));
    this.box.addEventListener("focusin", (event) => this.#focused(event));
    byId("zoom-in").addEventListener("click", () => this.zoom(1.25));
    byId("zoom-out").addEventListener("click", () => this.zoom(0.8));
    byId("zoom-fit").addEventListener("click", () => this.fit());
    byId("zoom-active").addEventListener("click", () => this.centre());
    new ResizeObserver(() => {
      if (this.#shown?.svg && !this.#shown.touched) this.#first();
    }).observe(this.box);
  }

  /** shown: {policy, automaton, situation, before, call (id or null), refused, link (of Attention), key} */
  render(shown) {
    if (shown.key === this.#key) return;
    this.#key = shown.key;
    const automaton = shown.policy.description.automata[shown.automaton];
    const places = shown.policy.places[shown.automaton];
    const picture = this.#picture(automaton, places, shown.policy.description.files);
    const fresh = this.#shown !== picture;
    if (fresh) this.#show(picture);
    if (!picture.svg) {
      setText(this.words, picture.missing);
      return;
    }
    const linked = this.#mark(picture, automaton, places, shown);
    const news = shown.link !== this.#link && shown.link?.from !== "graph";
    this.#link = shown.link;
    if (fresh && !picture.touched) this.#first();
    if (news) this.#follow(linked);
    else if (!fresh && !shown.link) this.#follow(this.lit);
  }

  #picture(automaton, places, files) {
    if (!this.#pictures.has(automaton)) {
      let picture;
      try {
        picture = automaton.graph ? build(automaton, places, files)
          : { missing: `There is no picture of ${automaton.name}: ${automaton.graph_missing ?? "none was made"}` };
      } catch (error) {
        picture = { missing: `The picture of ${automaton.name} cannot be shown: ${error.message}` };
      }
      this.#pictures.set(automaton, picture);
    }
    return this.#pictures.get(automaton);
  }

  #show(picture) {
    this.#unmark();
    this.#shown = picture;
    for (const id of ["zoom-in", "zoom-out", "zoom-fit", "zoom-active"]) byId(id).disabled = !picture.svg;
    this.box.replaceChildren(picture.svg ?? el("p", { class: "note", text: picture.missing }));
    this.#roving.set([...picture.boxes?.values() ?? []]);
  }

  #unmark() {
    for (const [node, name] of this.#marked) node.classList.remove(name);
    for (const sign of this.#signs) sign.remove();
    this.#marked = [];
    this.#signs = [];
  }

  /** Marks what is to be marked; gives the boxes that the link marks. */
  #mark(picture, automaton, places, { situation, before, call, refused, link }) {
    this.#unmark();
    const put = (id, name) => {
      const node = picture.ids.get(id);
      if (!node) return null;
      node.classList.add(name);
      this.#marked.push([node, name]);
      return node;
    };
    const box = (n, name) => put(`node.${automaton.name}.${n}`, name);
    // Wait points between the same places share a box.
    const shown = (of) => new Set((of?.nodes ?? []).map((n) => places.box(n)));
    const lit = [...shown(situation)].map((n) => box(n, "lit")).filter(Boolean);
    const linked = (link?.boxes ?? []).map((n) => box(n, "linked")).filter(Boolean);
    if (refused) for (const node of lit) this.#refuse(node);
    const from = shown(before);
    const all = call === null ? [] : (automaton.edges ?? []).filter((edge) => edge.statecall === call);
    // A handle is entered from everywhere in its during: there the box before the edge was not lit.
    const sure = all.filter((edge) => from.has(edge.from));
    const edges = sure.length > 0 ? sure : all;
    const taken = [...new Set(edges.map((edge) => edge.id))].map((id) => put(id, "taken")).filter(Boolean);
    const title = (node) => node.querySelector("text")?.textContent ?? "";
    setText(this.words, situation === null ? "The situation is not known."
      : `Waits at ${lit.map(title).filter(Boolean).join(", ") || "no box of the picture"}.` +
        (refused ? " Here it refuses the statecall." : "") + (taken.length > 0 ? " The edge taken last is drawn thick." : ""));
    setAttribute(this.box, "aria-label", `Graph of automaton ${automaton.name}`);
    for (const node of picture.boxes.values()) {
      setAttribute(node, "aria-current", lit.includes(node) ? "step" : null);
      setAttribute(node, "aria-pressed", String(linked.includes(node)));
    }
    this.lit = lit;
    return linked;
  }

  #refuse(node) {
    const { x, y } = node.getBBox();
    node.classList.add("refused");
    this.#marked.push([node, "refused"]);
    const sign = document.createElementNS(SVG, "text");
    for (const [name, value] of Object.entries({ class: "sign", x: x - 7, y: y + 8, "aria-hidden": "true" })) sign.setAttribute(name, value);
    sign.textContent = "✕";
    node.append(sign);
    this.#signs.push(sign);
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

  /** A box into the middle: one where it waits, if no other is asked for. */
  centre(node = this.lit?.[0]) {
    const picture = this.#shown;
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

  /** Moves the picture if none of these boxes is in view. */
  #follow(boxes) {
    if (!boxes || boxes.length === 0) return;
    const box = this.box.getBoundingClientRect();
    const inside = boxes.some((node) => {
      const place = node.getBoundingClientRect();
      return place.left >= box.left && place.right <= box.right && place.top >= box.top && place.bottom <= box.bottom;
    });
    if (!inside) this.centre(boxes[0]);
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
    // Outlines are as thick in a small picture.
    svg.style.setProperty("--scale", place.scale);
  }

  #focused({ target }) {
    // A browser scrolls to what gets the focus; here the picture is moved instead.
    this.box.scrollTo(0, 0);
    // Under a pointer it must not move: the click would miss.
    if (target.closest(".box") && target.matches(":focus-visible")) this.#follow([target]);
  }

  #nodeOf(box) {
    return [...this.#shown.boxes].find(([, node]) => node === box)?.[0];
  }

  #click(event) {
    if (!this.#shown?.svg) return;
    const box = event.target.closest(".box");
    if (box) {
      this.#roving.stop = box;
      this.actions.link(this.#nodeOf(box), false);
    } else if (!this.#dragged) this.actions.unlink();
  }

  /** The focus to the first box that is marked by the link; else to the graph. */
  focusLink() {
    const box = this.box.querySelector(".box.linked");
    if (box) this.#roving.stop = box;
    (box ?? this.box).focus({ preventScroll: true });
  }

  #keyDown(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (this.#boxKey(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
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

  /** True if this key was for the box that has the focus, or for the link. */
  #boxKey(event) {
    const box = event.target.closest(".box");
    if (event.key === "Escape") {
      const was = this.actions.unlink();
      if (box) this.box.focus({ preventScroll: true });
      return was || box !== null;
    }
    if (!box) return false;
    if (event.key !== "Enter" && event.key !== " ") return this.#roving.key(event);
    this.actions.link(this.#nodeOf(box), true);
    return true;
  }

  #wheel(event) {
    if (!this.#shown?.svg) return;
    // The plain wheel scrolls the page, so that nobody is caught in here.
    if (!event.ctrlKey && !event.shiftKey) return;
    const box = this.box.getBoundingClientRect();
    this.zoom(Math.exp(-(event.deltaY || event.deltaX) / 300), event.clientX - box.left, event.clientY - box.top);
    event.preventDefault();
  }

  #dragged = false;

  #drag(event) {
    this.#dragged = false;
    if (event.button !== 0 || !this.#shown?.svg) return;
    let [x, y] = [event.clientX, event.clientY];
    const move = (moved) => {
      if (!this.#dragged && Math.hypot(moved.clientX - x, moved.clientY - y) < DRAG) return;
      if (!this.#dragged) {
        this.#dragged = true;
        this.box.setPointerCapture(event.pointerId);
        this.box.classList.add("dragged");
      }
      this.pan(moved.clientX - x, moved.clientY - y);
      [x, y] = [moved.clientX, moved.clientY];
    };
    this.box.addEventListener("pointermove", move);
    const stop = () => {
      this.box.removeEventListener("pointermove", move);
      for (const name of ENDS) this.box.removeEventListener(name, stop);
      this.box.classList.remove("dragged");
    };
    for (const name of ENDS) this.box.addEventListener(name, stop);
  }
}

function build(automaton, places, files) {
  const svg = harmless(automaton.graph, PREFIX);
  const ids = new Map();
  for (const node of svg.querySelectorAll("[id]")) ids.set(node.id.slice(PREFIX.length), node);
  const frame = (svg.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number);
  const [width, height] = frame.length === 4 && frame.every(Number.isFinite) ? frame.slice(2) : [600, 400];
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.setAttribute("focusable", "false");
  const boxes = new Map();
  for (const node of places.boxes) {
    const box = ids.get(`node.${automaton.name}.${node}`);
    if (!box) continue;
    lead(box, places.ofBox(node), files);
    boxes.set(node, box);
  }
  // What is no button says nothing: the words beside the graph say it better.
  for (const part of svg.querySelectorAll("text, .node, .edge, .cluster")) if (!part.closest(".box")) part.setAttribute("aria-hidden", "true");
  return { svg, ids, boxes, width, height, place: { scale: 1, x: 0, y: 0 }, touched: false };
}

/** Makes a box of the drawing a button that leads to these places. */
function lead(box, places, files) {
  const words = [...box.querySelectorAll("text")].map((text) => text.textContent.trim()).filter(Boolean).join(" ");
  const lines = places.map(([file, line]) => `${files[file]?.name}:${line}`);
  box.classList.add("box");
  setAttribute(box, "role", "button");
  setAttribute(box, "tabindex", "-1");
  setAttribute(box, "aria-label", `${words || "end"}, to ${[...new Set(lines)].join(", ")}`);
}
