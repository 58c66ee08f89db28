// Descriptions (format 1) for the fake server: a ping policy with one automaton of eight situations
// and one of two, made by hand, and a run of it.

export const SOURCE = `// A small ping.
statecalls {
  Transmit_Ping_EchoRequest,
  Receive_Ping_EchoReply,
  Notify_Ping_Timeout,
  Notify_Ping_Done,
  Notify_Ping_Unused,
}

automaton ping(bool waiting, int (0..3) lost) {
  do {
    Transmit_Ping_EchoRequest;
    waiting = true;
    either {
      Receive_Ping_EchoReply; /* an /* inner */ comment */
      lost = 0;
    } or {
      Notify_Ping_Timeout;
      lost = lost + 1;
    }
    waiting = false;
  } until (lost == 3);
  Notify_Ping_Done;
}

// Nothing is done twice.
automaton once() {
  Notify_Ping_Done;
}
property gives_up : never (ping.lost == 3 and Transmit_Ping_EchoRequest);
`;

const NAMES = ["Notify_Ping_Done", "Notify_Ping_Timeout", "Notify_Ping_Unused", "Receive_Ping_EchoReply",
  "Transmit_Ping_EchoRequest"];
const [DONE, TIMEOUT, UNUSED, REPLY, REQUEST] = NAMES.keys();
export const CALLS = { DONE, TIMEOUT, UNUSED, REPLY, REQUEST };

/** ping: 2 * lost + waiting for lost 0..2; 6: has given up; 7: finished. */
function pingSituation(id) {
  if (id === 7) return { places: [], nodes: [5], values: [[0], [3]], allowed: [], finished: true };
  if (id === 6) return { places: [[0, 23, 3, 23, 19]], nodes: [4], values: [[0], [3]], allowed: [DONE], finished: false };
  const waiting = id % 2;
  return waiting
    ? { places: [[0, 15, 7, 15, 29], [0, 18, 7, 18, 26]], nodes: [2, 3], values: [[1], [id >> 1]], allowed: [TIMEOUT, REPLY], finished: false }
    : { places: [[0, 12, 5, 12, 30]], nodes: [1], values: [[0], [id >> 1]], allowed: [REQUEST], finished: false };
}

function pingAfter(id, call) {
  if (id < 6 && id % 2 === 0 && call === REQUEST) return id + 1;
  if (id < 6 && id % 2 === 1 && call === REPLY) return 0;
  if (id < 6 && id % 2 === 1 && call === TIMEOUT) return id + 1;
  if (id === 6 && call === DONE) return 7;
  return null;
}

const box = (id, x, y, text) => `<g id="node.ping.${id}" class="node"><title>n${id}</title>
<polygon fill="#eef4fb" stroke="black" points="${x},${y} ${x + 190},${y} ${x + 190},${y + 30} ${x},${y + 30}"/>
<text text-anchor="middle" x="${x + 95}" y="${y + 19}" font-family="sans-serif" font-size="12">${text}</text></g>`;
const arrow = (id, x1, y1, x2, y2) => `<g id="edge.ping.${id}" class="edge"><path fill="none" stroke="black" d="M${x1},${y1} L${x2},${y2}"/>
<polygon fill="black" stroke="black" points="${x2 - 4},${y2 - 8} ${x2 + 4},${y2 - 8} ${x2},${y2}"/></g>`;
export const GRAPH = `<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg width="440pt" height="330pt" viewBox="0 0 440 330" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
<g id="graph0" class="graph"><polygon fill="white" stroke="none" points="0,330 0,0 440,0 440,330"/>
${box(1, 125, 20, "Transmit_Ping_EchoRequest")}${box(2, 10, 120, "Receive_Ping_EchoReply")}
${box(3, 235, 120, "Notify_Ping_Timeout")}${box(4, 125, 200, "Notify_Ping_Done")}
<g id="node.ping.5" class="node"><ellipse fill="white" stroke="black" cx="220" cy="290" rx="14" ry="14"/></g>
${arrow(1, 220, 50, 160, 120)}${arrow(2, 105, 120, 200, 50)}${arrow(3, 330, 150, 260, 200)}${arrow(4, 220, 230, 220, 276)}
</g></svg>`;

const ONCE = GRAPH.replace(/<g id="node[^]*<\/svg>/, `${box(1, 125, 20, "Notify_Ping_Done").replace("node.ping", "node.once")}</g></svg>`);

export function pingDescription(change = {}) {
  return {
    format: 1, policy: "ping", path: "examples/small_ping.spl",
    files: [{ name: "small_ping.spl", text: SOURCE }],
    statecalls: NAMES.slice(),
    properties: [{ name: "gives_up", formula: "never (ping.lost == 3 and Transmit_Ping_EchoRequest)", file: 0, line: 30 }],
    automata: [{
      name: "ping", file: 0, first_line: 10, last_line: 24, alphabet: [DONE, TIMEOUT, REPLY, REQUEST],
      variables: [{ name: "waiting", type: "bool", bounds: null }, { name: "lost", type: "int", bounds: [0, 3] }],
      graph: GRAPH, graph_missing: null, initial: 0,
      places: [[1, 0, 12, 5, 12, 30], [2, 0, 15, 7, 15, 29], [3, 0, 18, 7, 18, 26], [4, 0, 23, 3, 23, 19], [5, 0, 24, 1, 24, 2]],
      edges: [{ id: "edge.ping.1", from: 1, to: 2, statecall: REQUEST }, { id: "edge.ping.2", from: 2, to: 1, statecall: REPLY },
        { id: "edge.ping.3", from: 3, to: 4, statecall: TIMEOUT }, { id: "edge.ping.4", from: 4, to: 5, statecall: DONE }],
      situations: Array.from({ length: 8 }, (_, id) => pingSituation(id)),
    }, {
      name: "once", file: 0, first_line: 27, last_line: 29, alphabet: [DONE], variables: [],
      graph: null, graph_missing: "Graphviz is not installed", initial: 0, edges: [],
      situations: [{ places: [[0, 28, 3, 28, 19]], nodes: [], values: [], allowed: [DONE], finished: false },
        { places: [], nodes: [], values: [], allowed: [], finished: true }],
    }],
    ...change,
  };
}

/** The same policy, with either and or on one line, and a drawing of `once`, whose boxes share a node. */
export function oneLineDescription() {
  const description = pingDescription();
  const [file] = description.files;
  // Letters of two, three and four bytes before the statements: columns count bytes.
  const line = "    either { /* é€😀 */ Receive_Ping_EchoReply; lost = 0; } or { Notify_Ping_Timeout; lost = lost + 1; }";
  file.text = file.text.split("\n").flatMap((text, i) => (i === 13 ? [line] : i > 13 && i < 20 ? [""] : [text])).join("\n");
  const bytes = (text) => Buffer.byteLength(line.slice(0, line.indexOf(text))) + 1;
  const place = (name) => [0, 14, bytes(name), 14, bytes(name) + name.length];
  const [ping, once] = description.automata;
  const places = [place("Receive_Ping_EchoReply"), place("Notify_Ping_Timeout")];
  ping.situations = ping.situations.map((situation) => (situation.nodes.length === 2 ? { ...situation, places } : situation));
  ping.places = ping.places.map(([node, ...rest]) => [node, ...(places[node - 2] ?? rest)]);
  Object.assign(once, { graph: ONCE, graph_missing: null, boxes: [[2, 1]], places: [[1, 0, 28, 3, 28, 19], [2, 0, 27, 1, 27, 10], [3, 0, 29, 1, 29, 2]] });
  once.situations[0].nodes = [2];
  return description;
}

/** A run of the ping policy: step(call) gives the verdict and the states after it. */
export class PingRun {
  states = [0, 0];

  step(call) {
    if (call === UNUSED) return { verdict: 1, states: this.states.slice() };
    const ping = pingAfter(this.states[0], call);
    const once = call !== DONE ? this.states[1] : this.states[1] === 0 ? 1 : null;
    if (ping === null || once === null) return { verdict: 2, states: this.states.slice() };
    this.states = [ping, once];
    return { verdict: 0, states: this.states.slice() };
  }

  /** A statecall that is accepted now, for long runs. */
  next(turn) {
    const ping = this.states[0];
    if (ping === 6) return DONE;
    return ping % 2 === 0 ? REQUEST : turn % 3 === 0 && ping < 3 ? TIMEOUT : REPLY;
  }
}
