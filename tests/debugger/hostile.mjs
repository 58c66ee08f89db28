// Texts and pictures of somebody who means ill, and events that make no sense.
import assert from "node:assert/strict";
import { open, done, until, text } from "./browser.mjs";
import { PingConnection } from "./fake_server.mjs";
import { CALLS, GRAPH } from "./fake_policy.mjs";
import { withServer, one } from "./looking.mjs";

const { REPLY, REQUEST } = CALLS;
// What the browser says of a script or style that it kept from running, in a picture that was only parsed.
const BLOCKED = /violates the following Content Security Policy/;
const EVIL = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"'\`\u202e\u0000\n&amp;`;
const PICTURE = GRAPH.replace("</g></svg>", `
<script>window.hacked=1</script><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="http://example.com/"/></foreignObject>
<a xlink:href="javascript:window.hacked=1"><text x="5" y="5" onclick="window.hacked=1">linked</text></a>
<image xlink:href="http://example.com/x.png"/><use xlink:href="http://example.com/x.svg#a"/><style>* { display: none !important }</style>
<rect id="timeline-list" width="5" height="5" style="fill:url(http://example.com/y)" fill="url(http://example.com/z)" onload="window.hacked=1"/>
<animate attributeName="x"/><g xmlns="http://www.w3.org/1999/xhtml" onclick="x()"/></g></svg>`);

export const hostile = {
  "texts from the network are text": (browser) => withServer(async (server) => {
    const requests = [];
    const page = await open(browser, server.url);
    page.on("request", (request) => requests.push(request.url()));
    server.send({ type: "unknown_step", subject: 1, number: 3, time_us: 0, name: EVIL },
      { type: "refusal", subject: 1, number: 2, text: EVIL, automata: [EVIL], expected: [EVIL] },
      { type: "disagreement", subject: 1, number: 2, text: EVIL }, { type: "verdict", subject: 1, property: EVIL, text: EVIL, loop_start: null, bad: true });
    await until(() => page.locator("#timeline-list .row").count(), 3);
    await page.click("#timeline-list .row.refused");
    await until(async () => (await text(page, "#step")).includes("<script>window.hacked=1</script>"), true);
    for (const tab of ["refusals", "counts", "alarms"]) await page.click("#tab-" + tab);
    assert.ok((await text(page, "#alarms")).includes("<img src=x"));
    assert.ok((await text(page, "#source")).includes("<script>"));
    await page.click("#export-open");
    await page.click("#export-close");
    await page.click("#step-live");
    await page.click("#export-open");
    const trace = await page.inputValue("#export-text");
    assert.equal(trace.split("\n").filter((line) => line !== "" && !line.startsWith("#") && !/^[A-Za-z_]\w*( +#.*)?$/.test(line)).length, 0, trace);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator("img, iframe, object, embed").count(), 0);
    assert.equal(await page.locator("script").count(), 1);
    assert.deepEqual(requests.filter((url) => !url.startsWith(server.url)), []);
    await done(page);
  }, (server) => {
    server.helloChange = { title: EVIL, mode: "live", version: EVIL };
    const { ping } = server.descriptions;
    ping.statecalls[REPLY] = `Receive_${EVIL}`;
    ping.path = EVIL;
    ping.files[0] = { name: EVIL, text: `${ping.files[0].text}\n// ${EVIL}` };
    ping.automata[0].name = EVIL;
    ping.automata[0].variables[0].name = EVIL;
    ping.automata[1].graph_missing = EVIL;
    const connection = new PingConnection(1, EVIL);
    server.send(connection.begin(), connection.step(REQUEST), { type: "steps", items: [[1, 2, 0, REPLY, 2, [1, 0]]] });
  }),

  "a graph brings nothing but shapes": (browser) => withServer(async (server) => {
    const requests = [];
    const page = await open(browser, server.url, { waitFor: null });
    page.on("request", (request) => requests.push(request.url()));
    await until(() => page.locator("#graph .lit").count(), 2);
    const kinds = await page.$$eval("#graph svg *", (all) => [...new Set(all.map((node) => node.localName))].sort());
    assert.deepEqual(kinds, ["ellipse", "g", "path", "polygon", "rect", "text"]);
    const attributes = await page.$$eval("#graph svg *", (all) => [...new Set(all.flatMap((node) => node.getAttributeNames()))]);
    for (const name of attributes) assert.doesNotMatch(name, /^on|href|^style$(?!)/);
    assert.equal(await page.$$eval("#graph svg [style]", (all) => all.filter((node) => /url/.test(node.getAttribute("style"))).length), 0);
    assert.match(await page.$eval("#graph svg", (svg) => svg.textContent), /linked/);
    assert.equal(await page.locator("#timeline-list").count(), 1, "no id of the page is taken");
    await page.click("#graph svg text:text('linked')", { force: true });
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.deepEqual(requests.filter((url) => !url.startsWith(server.url)), []);
    await done(page, [BLOCKED]);
  }, (server) => {
    server.descriptions.ping.automata[0].graph = PICTURE;
    return one([REQUEST])(server);
  }),

  "a graph that is none is said to be none": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await until(async () => /cannot be shown: the graph is no SVG/.test(await text(page, "#graph")), true);
    await done(page, [BLOCKED]);
  }, (server) => {
    server.descriptions.ping.automata[0].graph = "<svg><g></svg>";
    return one([REQUEST])(server);
  }),

  "a graph without end is too large": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await until(async () => /cannot be shown: the graph is too large/.test(await text(page, "#graph")), true);
    await done(page, [BLOCKED]);
  }, (server) => {
    server.descriptions.ping.automata[0].graph = GRAPH.replace("</g></svg>", `${"<g/>".repeat(200_001)}</g></svg>`);
    return one([REQUEST])(server);
  }),

  "events that make no sense are alarms, and the page goes on": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    for (const reader of server.readers) reader.write("data: {broken\n\ndata: null\n\ndata: 7\n\n");
    server.tell({ type: "constructor" }, { type: "toString" }, { type: "steps" }, { type: "steps", items: [[1]] }, { type: "steps", items: 5 },
      { type: "refusal", subject: 99, number: 1 }, { type: "end", subject: "x" }, { type: "undone" }, { type: "situation" }, { type: "subject" },
      { type: "dropped", count: "many", where: 7 }, { type: "verdict", subject: 1 }, { type: "unknown_step", subject: 1 });
    server.send({ type: "steps", items: [[1, 2, 0, 77777, 0, [9999, -1]]] });
    await until(() => text(page, "#position"), "Live, at 2");
    await until(async () => (await text(page, "#timeline-list")).includes("statecall 77777"), true);
    connection.number = 2;
    server.send(connection.step(REPLY));
    await until(() => text(page, "#position"), "Live, at 3");
    await until(async () => Number(await page.textContent("#alarms-count")) >= 5, true);
    await done(page);
  }, one([REQUEST])),

  "a policy without description": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url, { waitFor: ".banner.unknown" });
    assert.match(await text(page, ".banner.unknown .words"), /No description of policy nowhere/);
    server.tell({ type: "subject", id: 2, policy: "ping", title: "known", parent: null, from_start: true, seen: 0, states: [0, 0] });
    await page.click("#subject-list .row:has-text('known')");
    await until(() => page.locator("#automata .automaton").count(), 2);
    // It is asked for again.
    server.descriptions.nowhere = { ...server.descriptions.ping, policy: "nowhere" };
    await page.click("#subject-list .row:has-text('lost')");
    await until(() => page.evaluate(() => document.body.classList.contains("empty")), false);
    await done(page, [/404/]);
  }, (server) => server.send({ type: "subject", id: 1, policy: "nowhere", title: "lost", parent: null, from_start: true, seen: 0, states: [] })),
};
