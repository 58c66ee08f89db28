// What the page shows of what the stream says.
import assert from "node:assert/strict";
import { open, done, until, text, litLines, variables, allowed } from "./browser.mjs";
import { FakeServer, PingConnection, demonstration } from "./fake_server.mjs";
import { CALLS } from "./fake_policy.mjs";

const { DONE, TIMEOUT, UNUSED, REPLY, REQUEST } = CALLS;

export async function withServer(body, prepare = () => {}) {
  const server = new FakeServer();
  await server.start();
  try {
    const made = await prepare(server);
    await body(server, made);
  } finally {
    await server.stop();
  }
}

/** A server with one connection that has done these statecalls. */
export const one = (calls) => (server) => {
  const connection = new PingConnection(1, "connection 1");
  server.send(connection.begin(), ...calls.map((call) => connection.step(call)));
  return connection;
};

export const looking = {
  "source, variables, what is allowed and graph follow the statecalls": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    await until(() => litLines(page), [15, 18], "lit lines");
    assert.deepEqual(await variables(page), { waiting: "true", lost: "0" });
    assert.deepEqual(await allowed(page), ["Notify_Ping_Timeout", "Receive_Ping_EchoReply"]);
    const lit = () => page.$$eval("#graph .lit", (all) => all.map((node) => node.id.replace("picture-", "")));
    const taken = () => page.$$eval("#graph .taken", (all) => all.map((node) => node.id.replace("picture-", "")));
    assert.deepEqual(await lit(), ["node.ping.2", "node.ping.3"]);
    assert.deepEqual(await taken(), ["edge.ping.1"]);
    server.send(connection.step(TIMEOUT));
    await until(() => litLines(page), [12], "lit lines");
    assert.deepEqual(await variables(page), { waiting: "false", lost: "1" });
    await until(taken, ["edge.ping.3"]);
    assert.deepEqual(await lit(), ["node.ping.1"]);
    assert.equal(await text(page, "#automata .current .changed .old"), "was true");
    // Of the other automaton: its line, and why there is no picture of it.
    await page.click("text=once >> nth=0");
    await until(() => litLines(page), [28], "lit lines of the other automaton");
    assert.match(await text(page, "#graph"), /no picture of once: Graphviz is not installed/);
    assert.equal(await page.getAttribute("#automaton-tab-1", "aria-selected"), "true");
    await done(page);
  }, one([REQUEST])),

  "a statecall is allowed only if every automaton that has it allows it": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await until(() => allowed(page), ["Transmit_Ping_EchoRequest"]);
    const blocked = await text(page, "#allowed ul.blocked");
    assert.match(blocked, /Notify_Ping_Done/);
    assert.match(blocked, /refused by ping/);
    await page.fill("#allowed-filter", "done");
    assert.equal(await page.locator("#allowed li:visible").count(), 1);
    await done(page);
  }, one([REQUEST, REPLY])),

  "the source is coloured, and a link goes to its line": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    const kinds = await page.$$eval("#source [class^=token-]", (all) => all.map((node) => `${node.className} ${node.textContent}`));
    for (const wanted of ["token-keyword automaton", "token-statecall Notify_Ping_Timeout", "token-number 3", "token-comment /* an /* inner */ comment */", "token-keyword never"]) {
      assert.ok(kinds.includes(wanted), `${wanted} is not among ${kinds.join("; ")}`);
    }
    await page.click(".place:text('small_ping.spl:28')");
    assert.equal(await page.evaluate(() => document.activeElement.id), "source");
    const seen = await page.$eval("#source .lines li:nth-child(28)", (line) => {
      const box = document.getElementById("source").getBoundingClientRect();
      const place = line.getBoundingClientRect();
      return place.top >= box.top && place.bottom <= box.bottom;
    });
    assert.ok(seen, "line 28 is not in view");
    await done(page);
  }, one([REQUEST])),

  "connections are a tree, those that live first, and can be filtered": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    const titles = () => page.$$eval("#subject-list .row", (rows) => rows
      .sort((a, b) => a.dataset.index - b.dataset.index).map((row) => `${row.getAttribute("aria-level")} ${row.querySelector(".title").textContent}`));
    await until(titles, ["1 connection 2 from 127.0.0.1:40044", "2 channel 0 of connection 2", "1 connection 1 from 127.0.0.1:40022"]);
    assert.equal(await text(page, "#subject-count"), "2 live, 1 ended");
    await page.fill("#subject-filter", "40022");
    await until(titles, ["1 connection 1 from 127.0.0.1:40022"]);
    await page.fill("#subject-filter", "channel");
    await until(titles, ["1 connection 2 from 127.0.0.1:40044", "2 channel 0 of connection 2"]);
    await page.fill("#subject-filter", "");
    await page.click("#subject-list .row:has-text('40022')");
    await until(() => text(page, "#position"), "Live, at 15");
    assert.match(await text(page, "#step"), /Ended: closed by the client/);
    await page.click("#subject-list .row:has-text('channel 0')");
    await until(() => text(page, "#position"), "Live, at 2");
    await until(() => text(page, "#timeline-list .row.ignored .verdict"), "unknown");
    await done(page);
  }, demonstration),

  "a refusal is said, marked, listed and explained": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    server.send(connection.step(REPLY), connection.refusal("violation: not here\n  it was waiting elsewhere"));
    await until(() => text(page, "#timeline-list .row.refused .verdict"), "✕ refused");
    await until(() => page.textContent("#live"), "Receive_Ping_EchoReply, from the peer, refused by ping, statecall 3 of connection 1");
    assert.match(await page.getAttribute("#timeline-list .row.refused", "aria-label"), /^3: Receive_Ping_EchoReply, from the peer, refused$/);
    // What is beside the timeline follows within a tenth of a second.
    await until(async () => (await text(page, "#step")).includes("it was waiting elsewhere"), true, "its explanation");
    const step = await text(page, "#step");
    for (const wanted of ["✕ refused", "Refused by ping", "Transmit_Ping_EchoRequest"]) assert.ok(step.includes(wanted), step);
    server.send(connection.step(REQUEST));
    await until(() => text(page, "#position"), "Live, at 4");
    await page.click("#tab-refusals");
    assert.match(await text(page, "#refusals"), /✕ Receive_Ping_EchoReply/);
    await page.click("#refusals button");
    await until(() => text(page, "#position"), "At 3 of 4");
    await until(() => litLines(page), [12], "a refused statecall moves nothing");
    await until(() => text(page, "#meter-refused"), "✕ 1");
    await done(page);
  }, one([REQUEST, REPLY])),

  "counts are a table, at the step that is chosen": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await page.click("#tab-counts");
    const rows = () => page.$$eval("#counts tbody tr", (all) => all.map((row) => [...row.children].map((cell) => cell.textContent.trim()).join("|")));
    await until(rows, ["→Receive_Ping_EchoReply|2|✕ 1", "←Transmit_Ping_EchoRequest|2|", "●Notify_Ping_Unused|1|"]);
    await page.selectOption("#counts-order", "name");
    await until(rows, ["●Notify_Ping_Unused|1|", "→Receive_Ping_EchoReply|2|✕ 1", "←Transmit_Ping_EchoRequest|2|"]);
    await page.click("#timeline-list .row >> nth=1");
    await until(rows, ["→Receive_Ping_EchoReply|1|", "←Transmit_Ping_EchoRequest|1|"]);
    assert.match(await text(page, "#counts caption"), /up to 2$/);
    const other = new PingConnection(2, "other");
    server.send(other.begin(), other.step(REQUEST));
    await page.selectOption("#counts-scope", "policy");
    await until(rows, ["●Notify_Ping_Unused|1|", "→Receive_Ping_EchoReply|2|✕ 1", "←Transmit_Ping_EchoRequest|3|"]);
    await done(page);
  }, one([REQUEST, REPLY, REPLY, REQUEST, UNUSED])),

  "situations that come in the stream are as good as those of the description": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await until(() => litLines(page), [18], "lit lines");
    assert.deepEqual(await variables(page), { waiting: "{false, true}", lost: "{0, 2}" });
    server.send({ type: "steps", items: [[1, 2, 0, REPLY, 0, [null, 0]]] });
    await until(() => text(page, "#automata .current .badge"), "situation not known");
    assert.match(await text(page, "#allowed"), /The situation of ping is not known/);
    await done(page);
  }, (server) => {
    server.descriptions.ping.automata[0].situations = null;
    server.send({ type: "subject", id: 1, policy: "ping", title: "odd", parent: null, from_start: true, seen: 0, states: [null, 0] },
      { type: "situation", policy: "ping", automaton: 0, id: 900, situation: { places: [[0, 18, 7, 18, 26]], nodes: [3], values: [[0, 1], [0, 2]], allowed: [TIMEOUT], finished: false } },
      { type: "steps", items: [[1, 1, 0, REQUEST, 0, [900, 0]]] });
  }),

  "an edge that begins elsewhere than where it waited is marked, too": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    // As into a handle, which is entered from everywhere in its during.
    server.send({ type: "steps", items: [[1, 2, 0, DONE, 0, [7, 0]]] });
    await until(() => page.$$eval("#graph .taken", (all) => all.map((node) => node.id)), ["picture-edge.ping.4"]);
    await done(page);
  }, one([REQUEST])),

  "a refusal of what nobody has looked at gets its name when the policy is there": (browser) => withServer(async (server) => {
    server.descriptions.pong = { ...server.descriptions.ping, policy: "pong" };
    const page = await open(browser, server.url);
    await page.click("#tab-refusals");
    const other = new PingConnection(2, "connection 2");
    server.send({ ...other.begin(), policy: "pong" }, other.step(REQUEST), other.step(REQUEST), other.refusal("no"));
    await until(async () => /✕ Transmit_Ping_EchoRequest/.test(await text(page, "#refusals")), true, "the statecall's name");
    assert.match(await text(page, "#refusals"), /2 of connection 2, refused by ping/);
    await done(page);
  }, one([REQUEST])),

  "what the program is about is looked at first, until somebody chooses": (browser) => withServer(async (server) => {
    server.descriptions.pong = { ...server.descriptions.ping, policy: "pong" };
    server.helloChange = { main_policy: "pong" };
    const page = await open(browser, server.url);
    const title = () => page.textContent("#subject-list [aria-selected=true]");
    await until(async () => /connection 1/.test(await title()), true, "there is nothing else yet");
    const begin = (id) => ({ ...new PingConnection(id, `connection ${id}`).begin(), policy: "pong" });
    server.send(begin(2));
    await until(async () => /connection 2/.test(await title()), true, "the main policy's");
    server.send(begin(3));
    await until(() => page.locator("#subject-list [role=treeitem]").count(), 3);
    assert.match(await title(), /connection 2/);
    await page.click("#subject-list [role=treeitem]:has-text('connection 1')");
    server.send(begin(4));
    await until(() => page.locator("#subject-list [role=treeitem]").count(), 4);
    assert.match(await title(), /connection 1/);
    await done(page);
  }, one([REQUEST])),

  "what a search concluded is shown": (browser) => withServer(async (server) => {
    server.send({ type: "verdict", subject: 1, property: "gives_up", text: "never holds", loop_start: 1, bad: true });
    const page = await open(browser, server.url);
    await until(async () => /property gives_up/.test(await text(page, "#step")), true);
    assert.match(await text(page, "#step"), /after statecall 1 repeats for ever/);
    await done(page);
  }, one([REQUEST, REPLY])),

  "a policy that has finished allows nothing more": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await until(() => text(page, "#allowed"), "Nothing more: the policy has finished.");
    assert.equal(await page.locator("#automata .badge:text('finished')").count(), 2);
    await done(page);
  }, one([REQUEST, TIMEOUT, REQUEST, TIMEOUT, REQUEST, TIMEOUT, DONE])),
};
