// Which box of an automaton's drawing stands where in the text, and which boxes a line has.

export class Places {
  #shown; // node -> the node whose box shows it, for those that have none of their own
  #ofBox = new Map(); // node that has a box -> [[file, line, column, end_line, end_column], ...]
  #onLine = new Map(); // "file:line" -> Set of nodes that have a box

  /** automaton: of a description; older ones have neither boxes nor places. */
  constructor(automaton) {
    this.#shown = new Map(automaton.boxes ?? []);
    for (const [node, ...place] of automaton.places ?? []) this.#add(this.box(node), place);
  }

  #add(box, place) {
    if (!this.#ofBox.has(box)) this.#ofBox.set(box, []);
    const known = this.#ofBox.get(box);
    // Copies of a function's body stand at the same place.
    if (!known.some((other) => other.join() === place.join())) known.push(place);
    const line = `${place[0]}:${place[1]}`;
    if (!this.#onLine.has(line)) this.#onLine.set(line, new Set());
    this.#onLine.get(line).add(box);
  }

  /** The node whose box shows this one. */
  box(node) {
    return this.#shown.get(node) ?? node;
  }

  /** The boxes that stand somewhere, in the order of the text. */
  get boxes() {
    return [...this.#ofBox.keys()];
  }

  ofBox(box) {
    return this.#ofBox.get(box) ?? [];
  }

  /** The boxes that have a statement on this line. */
  onLine(file, line) {
    return [...this.#onLine.get(`${file}:${line}`) ?? []];
  }

  /** The places on this line. */
  placesOnLine(file, line) {
    const all = this.onLine(file, line).flatMap((box) => this.ofBox(box)).filter((place) => place[0] === file && place[1] === line);
    return all.filter((place, i) => all.findIndex((other) => other.join() === place.join()) === i);
  }

  /** Numbers of the lines of a file that have boxes, ascending. */
  lines(file) {
    return [...this.#onLine.keys()].map((key) => key.split(":").map(Number)).filter(([of]) => of === file)
      .map(([, line]) => line).sort((a, b) => a - b);
  }
}
