// A server of the debugger's protocol that says what it is told to: for streams that no honest
// server would send, for load, and for connections that break at the right moment.
//
//   node fake_server.mjs [PORT]     serves a demonstration until it is ended
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { CALLS, PingRun, pingDescription } from "./fake_policy.mjs";

const PAGE = fileURLToPath(new URL("../../spl/debugger/page/", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml" };
const TOKEN = "fake-token-of-the-tests";
const HEADERS = { "Content-Security-Policy": "default-src 'self'", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store" };

export class FakeServer {
  readers = new Set();
  history = []; // events that every new reader is told first
  descriptions = { ping: pingDescription() };
  posts = [];
  refuse = false; // answer streams with 503
  onpost = null; // ({name, body}) => status, or [status, answer]
  moved = false; // as a server that was started again: it has another address
  session = "session-1";

  hello(change = {}) {
    return { type: "hello", format: 1, session: this.session, mode: "live", title: "ping, as the tests have it", version: "0.0",
      policies: Object.keys(this.descriptions), capabilities: [], ...this.helloChange, ...change };
  }

  async start(port = 0) {
    this.server = createServer((request, response) => this.#answer(request, response));
    await new Promise((done) => this.server.listen(port, "127.0.0.1", done));
    this.url = `http://127.0.0.1:${this.server.address().port}/${TOKEN}/`;
    return this;
  }

  async stop() {
    this.cut();
    await new Promise((done) => {
      this.server.close(done);
      this.server.closeAllConnections();
    });
  }

  /** Ends all streams. */
  cut() {
    for (const reader of this.readers) reader.destroy();
    this.readers.clear();
  }

  /** To all readers, and remembered for those that come later. */
  send(...events) {
    this.history.push(...events);
    this.tell(...events);
  }

  /** To all readers only. */
  tell(...events) {
    const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
    for (const reader of this.readers) reader.write(text);
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, "http://x");
    const rest = !this.moved && pathname.startsWith(`/${TOKEN}/`) ? pathname.slice(TOKEN.length + 2) : null;
    const end = (status, type, body) => {
      response.writeHead(status, { ...HEADERS, "Content-Type": type });
      response.end(request.method === "HEAD" ? "" : body);
    };
    if (rest === null) return end(404, "text/plain", "There is nothing here.\n");
    if (rest === "api/stream") return this.#stream(request, response, end);
    if (rest.startsWith("api/policy/")) {
      const description = this.descriptions[decodeURIComponent(rest.slice("api/policy/".length))];
      return description ? end(200, "application/json", JSON.stringify(description)) : end(404, "text/plain", "no such policy\n");
    }
    if (rest.startsWith("api/") && request.method === "POST") {
      let body = "";
      for await (const part of request) body += part;
      const post = { name: rest.slice(4), body: JSON.parse(body) };
      this.posts.push(post);
      const [status, answer] = [this.onpost?.(post) ?? 200].flat();
      return end(status, "application/json", JSON.stringify(answer ?? {}));
    }
    try {
      const name = rest === "" ? "index.html" : rest;
      if (name.includes("..")) throw new Error(name);
      const body = await readFile(path.join(PAGE, name));
      return end(200, TYPES[path.extname(name)] ?? "application/octet-stream", body);
    } catch {
      return end(404, "text/plain", "There is nothing here.\n");
    }
  }

  #stream(request, response, end) {
    if (this.refuse) return end(503, "text/plain", "too many readers\n");
    response.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream" });
    response.write([this.hello(), ...this.history].map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));
    this.readers.add(response);
    request.on("close", () => this.readers.delete(response));
    return undefined;
  }
}

/** A connection of the ping policy: makes the events of its life. */
export class PingConnection {
  number = 0;
  run = new PingRun();

  constructor(id, title, parent = null) {
    this.id = id;
    this.title = title;
    this.parent = parent;
  }

  begin() {
    return { type: "subject", id: this.id, policy: "ping", title: this.title, parent: this.parent, from_start: true, seen: 0, states: [0, 0] };
  }

  item(call, time = 1764187200000000 + this.number * 137_000) {
    const { verdict, states } = this.run.step(call);
    this.number += 1;
    return [this.id, this.number, time, call, verdict, states];
  }

  step(call) {
    return { type: "steps", items: [this.item(call)] };
  }

  refusal(text, automata = ["ping"], expected = ["Transmit_Ping_EchoRequest"]) {
    return { type: "refusal", subject: this.id, number: this.number, text, automata, expected };
  }
}

/** Two connections, a channel, a refusal: enough to look at everything. */
export function demonstration(server) {
  const { DONE, TIMEOUT, UNUSED, REPLY, REQUEST } = CALLS;
  const first = new PingConnection(1, "connection 1 from 127.0.0.1:40022");
  server.send(first.begin());
  for (const call of [REQUEST, REPLY, REQUEST, TIMEOUT, REQUEST, UNUSED, REPLY, REQUEST, TIMEOUT, REQUEST, TIMEOUT, REQUEST, TIMEOUT]) server.send(first.step(call));
  server.send(first.step(REPLY), first.refusal("violation: Receive_Ping_EchoReply is not allowed here (statecall 14)\n  automaton ping: not allowed here; it was waiting at\n      small_ping.spl:23: Notify_Ping_Done;", ["ping"], ["Notify_Ping_Done"]));
  server.send(first.step(DONE), { type: "end", subject: 1, reason: "closed by the client" });
  const second = new PingConnection(2, "connection 2 from 127.0.0.1:40044");
  const channel = new PingConnection(3, "channel 0 of connection 2", 2);
  server.send(second.begin(), channel.begin());
  for (let turn = 0; turn < 40; turn += 1) server.send(second.step(second.run.next(turn)));
  server.send(channel.step(REQUEST), { type: "unknown_step", subject: 3, number: 2, time_us: 0, name: "Receive_Foo" });
  channel.number = 2;
  return { first, second, channel };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await new FakeServer().start(Number(process.argv[2] ?? 0));
  const { second } = demonstration(server);
  let turn = 0;
  setInterval(() => server.tell(second.step(second.run.next((turn += 1)))), 500);
  console.log(server.url);
}
