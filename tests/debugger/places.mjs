// What belongs together: a refusal and its automaton, a box and its lines, a statement and its mark.
import assert from "node:assert/strict";
import path from "node:path";
import { open, done, until, text, litLines, weakText, noOverflow } from "./browser.mjs";
import { CALLS, oneLineDescription } from "./fake_policy.mjs";
import { withServer, one } from "./looking.mjs";

const { DONE, TIMEOUT, REPLY, REQUEST } = CALLS;
const picture = (page, name) => page.screenshot({ path: path.join(process.env.DEBUGGER_TEST_PICTURES, `${name}.png`), fullPage: true });
const shown = (page) => page.$eval("#automaton-tabs [aria-selected=true] span", (name) => name.textContent);
const marks = (page, name) => page.$$eval(`#source mark.${name}`, (all) => all.map((mark) => mark.textContent));
const boxes = (page, name) => page.$$eval(`#graph .${name}`, (all) => all.map((node) => node.id.replace("picture-", "")));
const signs = (page) => page.$$eval("#source .gutter", (all) => all.map((gutter) => gutter.textContent).filter(Boolean));
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.closest(".line")?.querySelector(".number").textContent);
const inView = (page, selector, inside) => page.$eval(selector, (node, id) => {
  const [box, place] = [document.getElementById(id), node].map((one) => one.getBoundingClientRect());
  return place.top >= box.top - 1 && place.bottom <= box.bottom + 1 && place.left >= box.left - 1;
}, inside);

/** The automaton `once`, the second, refuses a statecall that `ping` allows. */
function refusedByOnce(server, connection) {
  const item = connection.item(DONE);
  item[4] = 2;
  item[5] = [6, 0];
  connection.run.states = [6, 0];
  server.send({ type: "steps", items: [item] }, connection.refusal("violation: not twice", ["once"], []));
}
const GIVEN_UP = [REQUEST, TIMEOUT, REQUEST, TIMEOUT, REQUEST, TIMEOUT];
const oneLine = (calls) => (server) => {
  server.descriptions.ping = oneLineDescription();
  return one(calls)(server);
};

export const places = {
  "a refused statecall that is chosen shows its automaton, the place in red": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    refusedByOnce(server, connection);
    server.send(connection.step(DONE));
    await until(() => text(page, "#position"), "Live, at 8");
    assert.equal(await shown(page), "ping", "what passes by turns nothing");
    await page.click("#timeline-list .row.refused");
    await until(() => shown(page), "once");
    await until(() => marks(page, "refused"), ["Notify_Ping_Done"]);
    assert.deepEqual(await signs(page), ["✕"]);
    assert.deepEqual(await litLines(page), [28]);
    assert.equal(await page.getAttribute("#source .line.refused .gutter", "aria-label"), "refused here");
    assert.deepEqual(await boxes(page, "refused"), ["node.once.1"]);
    assert.equal(await page.textContent("#graph .refused .sign"), "✕");
    assert.match(await page.textContent("#graph-words"), /^Waits at Notify_Ping_Done\. Here it refuses the statecall\./);
    assert.match(await text(page, "#step"), /Refused by once\s+violation: not twice/);
    assert.equal(await text(page, "#automaton-tab-1 .state"), "✕");
    assert.match(await text(page, "#automata .automaton.current"), /once\s*✕ refuses/);
    const bad = await page.evaluate(() => getComputedStyle(document.getElementById("step").querySelector(".bad")).color);
    assert.equal(await page.$eval("#graph .refused polygon", (box) => getComputedStyle(box).stroke), bad);
    assert.notEqual(await page.$eval("#graph .refused polygon", (box) => getComputedStyle(box).strokeDasharray), "none");
    assert.match(await page.$eval("#source mark.refused", (mark) => getComputedStyle(mark).textDecoration), /wavy/);
    // Away from it, the reader's own choice is back, and nothing is red.
    await page.click("#step-back");
    await until(() => shown(page), "ping");
    assert.deepEqual([await marks(page, "refused"), await boxes(page, "refused"), await signs(page)], [[], [], ["▶"]]);
    assert.equal(await page.locator("#graph .sign").count(), 0);
    // To it by a key, and another automaton there: that is kept.
    await page.keyboard.press("n");
    await until(() => shown(page), "once");
    await page.keyboard.press("1");
    await until(() => shown(page), "ping");
    assert.deepEqual(await marks(page, "refused"), [], "ping does not refuse");
    await page.click("#step button:text('once')");
    await until(() => shown(page), "once");
    await page.click("#tab-refusals");
    await page.click("#step-first");
    await until(() => shown(page), "once");
    await page.keyboard.press("1");
    await until(() => shown(page), "ping");
    await page.click("#refusals button");
    await until(() => shown(page), "once");
    await done(page);
  }, oneLine(GIVEN_UP)),

  "of several automata that refuse, the one that is looked at stays": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    server.send(connection.step(DONE), connection.step(DONE), connection.refusal("violation: both", ["ping", "once"], []), { type: "end", subject: 1, reason: "over" });
    await until(() => text(page, "#position"), "Live, at 8");
    await until(() => page.$$eval("#automaton-tabs .bad", (all) => all.map((sign) => sign.textContent)), ["✕", "✕"]);
    assert.equal(await shown(page), "ping", "the first, where none was chosen");
    await page.click("#step button:text('once')");
    await until(() => shown(page), "once");
    await page.click("#step-back");
    await until(() => text(page, "#position"), "At 7 of 8");
    await page.click("#automaton-tab-1");  // chosen elsewhere
    await page.click("#step-on");
    await until(() => text(page, "#position"), "At 8 of 8");
    assert.equal(await shown(page), "once");
    await done(page);
  }, oneLine(GIVEN_UP)),

  "live and paused, a refusal does not turn the page; at the end of what is followed it does": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    await page.click("#automaton-tab-0");
    refusedByOnce(server, connection);
    await until(() => text(page, "#position"), "Live, at 7");
    await until(() => text(page, "#automaton-tab-1 .state"), "✕");
    assert.equal(await shown(page), "ping");
    await page.click("#pause");
    await until(() => text(page, "#position"), "At 7 of 7");
    assert.equal(await shown(page), "ping", "whoever pauses has not asked for the refusal");
    await page.click("#pause");
    server.send({ type: "end", subject: 1, reason: "closed: refused" });
    await until(() => shown(page), "once");
    assert.deepEqual(await boxes(page, "refused"), ["node.once.1"]);
    await page.keyboard.press("p");
    await until(() => text(page, "#position"), "At 7 of 7");
    assert.equal(await shown(page), "once");
    await page.click("#automaton-tab-0");
    await until(() => shown(page), "ping");
    await page.click("#step-live");
    await until(() => text(page, "#position"), "Live, at 7");
    assert.equal(await shown(page), "ping", "whoever has turned to another one is left there");
    await done(page);
  }, oneLine(GIVEN_UP)),

  "an end without a refusal turns nothing, nor one that came before it": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    refusedByOnce(server, connection);
    server.send(connection.step(DONE), { type: "end", subject: 1, reason: "closed" });
    await until(async () => /Ended: closed/.test(await text(page, "#step")), true);
    assert.equal(await shown(page), "ping");
    assert.equal(await text(page, "#automaton-tab-1 .state"), "■");
    await done(page);
  }, oneLine(GIVEN_UP)),

  "a statecall that is tried by hand and refused shows who refuses": (browser) => withServer(async (server, connection) => {
    server.onpost = () => (refusedByOnce(server, connection), 200);
    const page = await open(browser, server.url);
    await page.click("#allowed button:has-text('Done')");
    await until(() => shown(page), "once");
    await until(() => marks(page, "refused"), ["Notify_Ping_Done"]);
    // What was chosen in it is no mark in another one.
    await page.click("#graph .refused");
    await until(() => marks(page, "linked"), ["automaton", "Notify_Ping_Done"]);
    server.send({ type: "undone", subject: 1, number: 6 });
    await until(() => shown(page), "ping");
    assert.deepEqual([await marks(page, "linked"), await boxes(page, "linked")], [[], []]);
    await done(page);
  }, (server) => {
    server.helloChange = { mode: "simulate", capabilities: ["step"] };
    return oneLine(GIVEN_UP)(server);
  }),

  "a box leads to its line, and a line to its box": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url, { height: 420 });
    await page.click("#graph [id$='node.ping.4']");
    await until(() => marks(page, "linked"), ["Notify_Ping_Done"]);
    assert.deepEqual(await boxes(page, "linked"), ["node.ping.4"]);
    assert.ok(await inView(page, "#source .line.linked", "source"), "the line is in view");
    assert.deepEqual(await signs(page), ["▶", "▶", "◆"]);
    assert.equal(await page.getAttribute("#graph .linked", "aria-pressed"), "true");
    // Live, it stays; the reader is left there.
    const scrolled = await page.$eval("#source", (box) => box.scrollTop);
    server.send(connection.step(REPLY));
    await until(() => litLines(page), [12]);
    assert.deepEqual(await marks(page, "linked"), ["Notify_Ping_Done"]);
    assert.equal(await page.$eval("#source", (box) => box.scrollTop), scrolled);
    // So is the drawing, whatever of it is in view.
    const away = async () => {
      await page.focus("#graph");
      for (let i = 0; i < 12; i += 1) await page.keyboard.press("ArrowRight");
      return page.$eval("#graph svg", (svg) => svg.style.transform);
    };
    const moved = await away();
    server.send(connection.step(REQUEST));
    await until(() => litLines(page), [15, 18]);
    assert.equal(await page.$eval("#graph svg", (svg) => svg.style.transform), moved);
    // A line; the mark of before is gone.
    await page.click("#source .line:nth-child(18) code");
    await until(() => boxes(page, "linked"), ["node.ping.3"]);
    assert.deepEqual(await marks(page, "linked"), ["Notify_Ping_Timeout"]);
    assert.ok(await inView(page, "#graph .linked", "graph"), "the box is in view");
    // A line without a box says nothing; Escape and a click beside lets go.
    await page.click("#source .line:nth-child(14) code");
    assert.deepEqual(await boxes(page, "linked"), ["node.ping.3"]);
    await page.focus("#source");
    await page.keyboard.press("Escape");
    await until(() => boxes(page, "linked"), []);
    assert.deepEqual(await signs(page), ["▶", "▶"]);
    await page.click("#zoom-fit");
    await page.click("#graph [id$='node.ping.2']");
    await until(() => marks(page, "linked"), ["Receive_Ping_EchoReply"]);
    await page.click("#graph", { position: { x: 4, y: 4 } });
    await until(() => boxes(page, "linked"), []);
    // Another statecall lets go, too.
    await page.click("#graph [id$='node.ping.2']");
    await page.click("#step-back");
    await until(() => marks(page, "linked"), []);
    await done(page);
  }, one([REQUEST])),

  "moving the picture is no click, and the view that is hidden comes back": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    const place = () => page.$eval("#graph svg", (svg) => svg.style.transform);
    const before = await place();
    const box = await page.locator("#graph [id$='node.ping.4']").boundingBox();
    await page.mouse.move(box.x + 20, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 40, { steps: 4 });
    await page.mouse.up();
    assert.notEqual(await place(), before);
    assert.deepEqual(await boxes(page, "linked"), []);
    // Nor does it let go.
    await page.click("#graph [id$='node.ping.1']");
    await until(() => boxes(page, "linked"), ["node.ping.1"]);
    const graph = await page.locator("#graph").boundingBox();
    await page.mouse.move(graph.x + 5, graph.y + 5);
    await page.mouse.down();
    await page.mouse.move(graph.x + 30, graph.y + 5, { steps: 4 });
    await page.mouse.up();
    assert.deepEqual(await boxes(page, "linked"), ["node.ping.1"]);
    // A hand that trembles clicks all the same, even at a box of which a part is out of sight.
    const other = await page.locator("#graph [id$='node.ping.3']").boundingBox();
    assert.ok(other.x + other.width > graph.x + graph.width);
    await page.mouse.move(other.x + 20, other.y + 10);
    await page.mouse.down();
    await page.mouse.move(other.x + 22, other.y + 11);
    await page.mouse.up();
    await until(() => boxes(page, "linked"), ["node.ping.3"]);
    await page.mouse.move(box.x + 200, box.y + 150);
    assert.equal(await page.locator("#graph.dragged").count(), 0);
    await page.keyboard.press("g");
    assert.ok(!await page.isVisible("#source"));
    await page.click("#graph [id$='node.ping.4']");
    await until(() => page.isVisible("#source"), true);
    await page.keyboard.press("s");
    await page.click("#source .line:nth-child(12) code");
    await until(() => page.isVisible("#graph .linked"), true);
    await page.keyboard.press("g");
    await page.click(".place >> nth=0");
    await until(() => marks(page, "linked"), ["Receive_Ping_EchoReply"]);
    await done(page);
  }, one([REQUEST])),

  "boxes and lines by keys": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url, { height: 620 });
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await page.focus("#graph");
    await press("Tab");
    await until(() => focused(page), "picture-node.ping.1");
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
    assert.equal(await page.getAttribute("#graph :focus", "aria-label"), "Transmit_Ping_EchoRequest, to small_ping.spl:12");
    await press("ArrowDown", "ArrowRight", "ArrowUp");
    assert.equal(await focused(page), "picture-node.ping.2");
    assert.equal(await page.getAttribute("#graph :focus", "aria-current"), "step");
    await press("End");
    assert.equal(await focused(page), "picture-node.ping.5");
    assert.equal(await page.getAttribute("#graph :focus", "aria-label"), "end, to small_ping.spl:24");
    await press("ArrowDown", "ArrowUp");
    assert.equal(await focused(page), "picture-node.ping.4");
    assert.equal(await page.locator("#graph [tabindex='0']").count(), 1, "one tab stop for all boxes");
    // Out of sight, the picture moves, and only by its transform.
    await press("+", "+", "+", "+", "Home");
    assert.ok(await inView(page, "#graph :focus", "graph"));
    assert.deepEqual(await page.$eval("#graph", (box) => [box.scrollLeft, box.scrollTop]), [0, 0]);
    // So it is when Tab goes to a box that is out of sight.
    await page.focus("#graph");
    for (let i = 0; i < 20; i += 1) await press("ArrowLeft");
    await press("Tab");
    assert.equal(await focused(page), "picture-node.ping.1");
    await until(() => inView(page, "#graph :focus", "graph"), true);
    assert.deepEqual(await page.$eval("#graph", (box) => [box.scrollLeft, box.scrollTop]), [0, 0]);
    assert.equal(await page.locator("#graph .edge[aria-hidden=true]").count(), 4, "arrows say nothing of themselves");
    await press("End", "ArrowUp", "Enter");
    await until(() => focused(page), "23");
    assert.deepEqual(await marks(page, "linked"), ["Notify_Ping_Done"]);
    await press("Home");
    assert.equal(await focused(page), "12");
    assert.equal(await page.getAttribute("#source :focus", "aria-label"), "line 12, show its box");
    await press("ArrowDown", " ");
    await until(() => focused(page), "picture-node.ping.2");
    assert.deepEqual(await marks(page, "linked"), ["Receive_Ping_EchoReply"]);
    assert.equal(await page.locator("#source .number[tabindex='0']").count(), 1);
    await press("Escape");
    await until(() => boxes(page, "linked"), []);
    assert.equal(await focused(page), "graph");
    // Escape anywhere else on the page.
    await page.click("#graph [id$='node.ping.4']");
    await page.evaluate(() => document.activeElement.blur());
    await press("Escape");
    await until(() => boxes(page, "linked"), []);
    await done(page);
  }, one([REQUEST])),

  "only the statement that is waited at is marked, whatever else is on its line": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    await until(() => marks(page, "lit"), ["Receive_Ping_EchoReply", "Notify_Ping_Timeout"]);
    assert.deepEqual(await signs(page), ["▶"], "one sign for the line");
    const line = () => page.$eval("#source .line:nth-child(14) code", (code) => code.textContent);
    const whole = await line();
    assert.match(whole, /^ {4}either .* or .*\}$/);
    assert.match(await page.$eval("#source mark.lit", (mark) => getComputedStyle(mark).textDecoration), /underline/);
    // Only one of the two, by its box; the line is as it was.
    await page.click("#graph [id$='node.ping.3']");
    await until(() => marks(page, "linked"), ["Notify_Ping_Timeout"]);
    assert.deepEqual(await marks(page, "lit"), ["Receive_Ping_EchoReply", "Notify_Ping_Timeout"]);
    assert.equal(await line(), whole);
    // Both by their line.
    await page.click("#source .line:nth-child(14) code");
    await until(() => boxes(page, "linked"), ["node.ping.2", "node.ping.3"]);
    server.send(connection.step(TIMEOUT));
    await page.click("#step-live");
    await until(() => marks(page, "lit"), ["Transmit_Ping_EchoRequest"]);
    assert.equal(await page.locator("#source .line:nth-child(14) mark").count(), 0, "marks do not stay");
    assert.equal(await line(), whole);
    await done(page);
  }, oneLine([REQUEST])),

  "who selects text has not chosen a line": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    const code = await page.locator("#source .line:nth-child(12) code").boundingBox();
    await page.mouse.move(code.x + 60, code.y + code.height / 2);
    await page.mouse.down();
    await page.mouse.move(code.x + 150, code.y + code.height / 2, { steps: 5 });
    await page.mouse.up();
    assert.notEqual(await page.evaluate(() => getSelection().toString()), "");
    assert.deepEqual(await boxes(page, "linked"), []);
    await done(page);
  }, one([REQUEST])),

  "a box that stands in another file leads there, and back to where it waits": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    const file = () => page.$eval("#source-file", (choice) => choice.selectedOptions[0].textContent);
    await until(file, "small_ping.spl (2)");
    await page.click("#graph [id$='node.ping.4']");
    await until(file, "other.spl");
    assert.deepEqual(await marks(page, "linked"), ["Notify_Ping_Done"]);
    assert.deepEqual(await page.$$eval("#source .leads .number", (all) => all.map((node) => node.textContent)), ["2"]);
    await page.keyboard.press("Escape");
    await until(file, "small_ping.spl (2)");
    await until(() => litLines(page), [15, 18]);
    assert.equal(await page.locator("#source .linked").count(), 0);
    await done(page);
  }, (server) => {
    const { ping } = server.descriptions;
    ping.files.push({ name: "other.spl", text: "function give_up() {\n  Notify_Ping_Done;\n}\n" });
    ping.automata[0].places = ping.automata[0].places.map(([node, ...place]) => (node === 4 ? [4, 1, 2, 3, 2, 19] : [node, ...place]));
    return one([REQUEST])(server);
  }),

  "boxes that share a node lead to all their lines": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await page.click("#automaton-tab-1");
    await until(() => boxes(page, "lit"), ["node.once.1"]);
    const leading = () => page.$$eval("#source [role=button]", (all) => all.map((number) => number.textContent));
    assert.deepEqual(await leading(), ["27", "28", "29"]);
    await page.click("#graph .lit");
    await until(() => marks(page, "linked"), ["automaton", "Notify_Ping_Done"]);
    await page.click("#automaton-tab-0");
    await until(() => boxes(page, "lit"), ["node.ping.2", "node.ping.3"]);
    assert.deepEqual(await marks(page, "linked"), [], "another automaton lets go");
    await page.click("#automaton-tab-1");
    await until(() => boxes(page, "lit"), ["node.once.1"]);
    assert.deepEqual([await marks(page, "linked"), await boxes(page, "linked")], [[], []], "for good");
    await page.click("#automaton-tab-0");
    await until(() => boxes(page, "lit"), ["node.ping.2", "node.ping.3"]);
    assert.deepEqual(await leading(), ["12", "14", "23", "24"], "nor do its lines lead anywhere");
    await done(page);
  }, oneLine([REQUEST])),

  "a picture that was left and is shown again has the marks of now": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    server.send(connection.step(DONE));  // ping refuses it
    await until(() => boxes(page, "refused"), ["node.ping.2", "node.ping.3"]);
    await page.click("#automaton-tab-1");
    await until(() => boxes(page, "lit"), ["node.once.1"]);
    server.send(connection.step(REPLY));
    await until(() => text(page, "#position"), "Live, at 3");
    await page.click("#automaton-tab-0");
    await until(() => boxes(page, "lit"), ["node.ping.1"]);
    assert.deepEqual(await boxes(page, "refused"), []);
    assert.equal(await page.locator("#graph .sign").count(), 0);
    await done(page);
  }, oneLine([REQUEST])),

  "a description of before has no places, and all else works": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await until(() => litLines(page), [15, 18]);
    assert.equal(await page.locator("#graph .box, #source .leads").count(), 0);
    await page.click("#graph [id$='node.ping.4']");
    await page.click(".place >> nth=1");
    await until(() => page.$$eval("#source .linked .number", (all) => all.map((node) => node.textContent)), ["18"]);
    await done(page);
  }, (server) => {
    for (const automaton of server.descriptions.ping.automata) delete automaton.places;
    return one([REQUEST])(server);
  }),

  "red, chosen and lit can be told apart in every theme and width": (browser) => withServer(async (server, connection) => {
    refusedByOnce(server, connection);
    for (const [name, options] of [["refused-light", {}], ["refused-dark", { scheme: "dark" }], ["refused-forced", { forcedColors: "active" }],
      ["refused-narrow", { width: 320, height: 700 }], ["refused-enlarged", { width: 320, height: 256, scale: 4 }]]) {
      const page = await open(browser, server.url, options);
      await page.click("#timeline-list .row.refused");
      await until(() => marks(page, "refused"), ["Notify_Ping_Done"]);
      await page.click("#graph .refused");
      await until(() => marks(page, "linked"), ["automaton", "Notify_Ping_Done"]);
      await noOverflow(page);
      if (name !== "refused-forced") assert.deepEqual(await weakText(page), []);
      const look = await page.$eval("#source mark.refused", (mark) => [getComputedStyle(mark).outlineStyle, getComputedStyle(mark).textDecorationStyle]);
      assert.deepEqual(look, ["dotted", "wavy"]);
      await picture(page, name);
      await done(page);
    }
  }, oneLine(GIVEN_UP)),
};
