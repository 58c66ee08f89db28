// Going back and forth, searching, stepping by hand, exporting; with the mouse and with keys alone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { open, done, until, text, litLines, variables } from "./browser.mjs";
import { demonstration } from "./fake_server.mjs";
import { CALLS } from "./fake_policy.mjs";
import { withServer, one } from "./looking.mjs";

const { DONE, TIMEOUT, REPLY, REQUEST } = CALLS;
const RUN = [REQUEST, TIMEOUT, REQUEST, REPLY, REPLY, REQUEST, TIMEOUT];
const active = (page) => page.evaluate(() => document.activeElement.id);

export const stepping = {
  "paused, the page shows the state of then while more comes": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    await until(() => text(page, "#position"), "Live, at 7");
    await page.click("#pause");
    await until(() => text(page, "#position"), "At 7 of 7");
    server.send(connection.step(REQUEST), connection.step(REPLY));
    await until(() => text(page, "#position"), "At 7 of 9");
    assert.equal(await text(page, "#behind"), "2 newer");
    assert.deepEqual(await variables(page), { waiting: "false", lost: "1" });
    await page.click("#step-back");
    await until(() => text(page, "#position"), "At 6 of 9");
    await until(() => litLines(page), [15, 18]);
    await page.click("#step-first");
    await until(() => text(page, "#position"), "At 0 of 9");
    assert.match(await text(page, "#step"), /before any statecall/);
    await page.click("#step-on");
    await page.click("#step-on");
    await until(() => text(page, "#position"), "At 2 of 9");
    assert.deepEqual(await variables(page), { waiting: "false", lost: "1" });
    await page.click("#pause");
    await until(() => text(page, "#position"), "Live, at 9");
    assert.deepEqual(await variables(page), { waiting: "false", lost: "0" });
    await done(page);
  }, one(RUN)),

  "whoever scrolls back stops the timeline, and whoever scrolls on does not": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    await until(() => text(page, "#position"), "Live, at 7");
    await page.hover("#timeline-list");
    await page.mouse.wheel(0, 40);
    server.send(connection.step(REQUEST));
    await until(() => text(page, "#position"), "Live, at 8");
    await page.mouse.wheel(0, -40);
    await until(() => text(page, "#position"), "At 8 of 8");
    server.send(connection.step(REPLY));
    await until(() => text(page, "#position"), "At 8 of 9");
    await done(page);
  }, one(RUN)),

  "the timeline is searched by text and for refusals": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    const rows = () => page.$$eval("#timeline-list .row", (all) => all.map((row) => row.querySelector(".number").textContent));
    await page.fill("#search", "timeout");
    await until(rows, ["2", "7"]);
    assert.equal(await text(page, "#timeline-note"), "2 matches of 7");
    await page.click("#step-back");
    await until(() => text(page, "#position"), "At 2 of 7");
    await page.click("#step-live");
    server.send(connection.step(REQUEST), connection.step(TIMEOUT));
    await until(rows, ["2", "7", "9"]);
    await page.fill("#search", "3");
    await until(rows, ["3"]);
    await page.fill("#search", "");
    await page.check("#refused-only");
    await until(rows, ["5"]);
    await page.uncheck("#refused-only");
    await page.click("#refusal-back");
    await until(() => text(page, "#position"), "At 5 of 9");
    await page.click("#refusal-back");
    await until(() => page.textContent("#live"), "No earlier refusal.");
    await done(page);
  }, one(RUN)),

  "everything by keys alone": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    // The tree: down to the connection that has ended.
    await press("c");
    assert.equal(await active(page), "subject-list");
    await press("End");
    await until(() => page.$eval("#subject-list", (list) => document.getElementById(list.getAttribute("aria-activedescendant")).textContent.includes("40022")), true);
    await press("Enter");
    await until(() => text(page, "#position"), "Live, at 15");
    // Fold and unfold.
    await press("Home", "ArrowLeft");
    await until(() => page.locator("#subject-list .row").count(), 2);
    await press("ArrowRight");
    await until(() => page.locator("#subject-list .row").count(), 3);
    // The timeline: back and forth.
    await press("t", "Home");
    await until(() => text(page, "#position"), "At 1 of 15");
    await press("ArrowDown", "ArrowDown", "ArrowUp");
    await until(() => text(page, "#position"), "At 2 of 15");
    // Keys faster than the page is drawn.
    await page.evaluate(() => {
      for (let i = 0; i < 6; i += 1) document.getElementById("timeline-list").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
    });
    await until(() => text(page, "#position"), "At 8 of 15");
    await press("Home", "ArrowDown");
    const selected = await page.$eval("#timeline-list", (list) => document.getElementById(list.getAttribute("aria-activedescendant")).getAttribute("aria-label"));
    assert.equal(selected, "2: Receive_Ping_EchoReply, from the peer");
    await press("n");
    await until(() => text(page, "#position"), "At 14 of 15");
    await press("k");
    await until(() => text(page, "#position"), "At 13 of 15");
    await press("p");
    await until(() => text(page, "#position"), "Live, at 15");
    // Search, and out of the field again.
    await press("/", "D", "o", "n", "e");
    await until(() => page.locator("#timeline-list .row").count(), 1);
    await page.keyboard.press("Control+A");
    await press("Delete", "Escape");
    assert.equal(await active(page), "");
    // Views and automata.
    await press("s");
    assert.equal(await page.getAttribute("#policy-panel", "data-view"), "source");
    await press("g", "2");
    await until(() => page.getAttribute("#automaton-tab-1", "aria-selected"), "true");
    await press("1", "b");
    await page.focus("#automaton-tab-0");
    await press("ArrowRight");
    await until(() => active(page), "automaton-tab-1");
    assert.equal(await page.getAttribute("#automaton-tab-0", "tabindex"), "-1");
    await press("ArrowLeft");
    // The graph.
    await page.focus("#graph");
    const place = () => page.$eval("#graph svg", (svg) => svg.style.transform);
    await press("0");
    const before = await place();
    await press("+");
    assert.notEqual(await place(), before);
    await press("0");
    assert.equal(await place(), before);
    await press("ArrowLeft");
    assert.notEqual(await place(), before);
    // Parts of the page in turn; help; export.
    await press("F6");
    assert.equal(await active(page), "automata");
    await press("F6");
    assert.equal(await active(page), "timeline-list");
    await press("?");
    assert.ok(await page.isVisible("#help-dialog"));
    await press("Escape");
    assert.ok(!(await page.isVisible("#help-dialog")));
    await press("e");
    assert.ok(await page.isVisible("#export-dialog"));
    await press("Escape");
    // All that Tab reaches shows that it has the focus.
    await page.evaluate(() => document.activeElement.blur());
    const reached = [];
    for (let i = 0; i < 80; i += 1) {
      await press("Tab");
      const [id, outline] = await page.evaluate(() => [document.activeElement.id || document.activeElement.textContent.trim(), getComputedStyle(document.activeElement).outlineStyle]);
      if (reached.length > 5 && id === reached[0]) break;
      if (await page.evaluate(() => document.activeElement === document.body)) continue;
      reached.push(id);
      assert.notEqual(outline, "none", `no visible focus at ${id}`);
    }
    for (const id of ["export-open", "theme", "help-open", "subject-filter", "subject-list", "source", "graph", "zoom-fit", "automata", "allowed", "pause", "search", "refused-only", "timeline-list", "tab-step", "panel-step"]) {
      assert.ok(reached.includes(id), `Tab does not reach ${id}: ${reached.join(" ")}`);
    }
    await done(page);
  }, demonstration),

  "keys are the page's own only where nothing else wants them": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await page.keyboard.press("?");
    await page.keyboard.press("p");
    await page.keyboard.press("e");
    assert.ok(!await page.isVisible("#export-dialog"), "a dialog is open");
    await page.keyboard.press("Escape");
    for (const key of ["Control+e", "Alt+e", "Meta+e"]) await page.keyboard.press(key);
    assert.ok(!await page.isVisible("#export-dialog"));
    await page.focus("#search");
    await page.keyboard.press("e");
    assert.equal(await page.inputValue("#search"), "e");
    assert.ok(!await page.isVisible("#export-dialog"));
    assert.equal(await text(page, "#position"), "Live, at 7");
    await done(page);
  }, one(RUN)),

  "single keys can be turned off": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await page.click("#help-open");
    await page.uncheck("#keys-on");
    await page.click("#help-close");
    await page.keyboard.press("p");
    await page.keyboard.press("e");
    assert.ok(!(await page.isVisible("#export-dialog")));
    assert.equal(await text(page, "#position"), "Live, at 7");
    await page.reload();
    await page.waitForSelector("#timeline-list .row");
    assert.equal(await page.isChecked("#keys-on"), false);
    await done(page);
  }, one(RUN)),

  "stepping by hand: buttons, undo, start again": (browser) => withServer(async (server, connection) => {
    server.onpost = ({ name, body }) => {
      if (name === "step") {
        server.send({ type: "steps", items: [connection.item(body.statecall === "Receive_Ping_EchoReply" ? REPLY : REQUEST)] });
      }
      return name === "reset" ? 409 : 200;
    };
    const page = await open(browser, server.url);
    await page.click("#allowed button:has-text('EchoReply')");
    await until(() => text(page, "#position"), "Latest, at 2");
    // The focus stays where the next step is chosen.
    assert.ok(await page.evaluate(() => document.getElementById("allowed").contains(document.activeElement)));
    await page.keyboard.press("Enter");
    await until(() => text(page, "#position"), "Latest, at 3");
    server.send({ type: "undone", subject: 1, number: 1 });
    await until(() => text(page, "#position"), "Latest, at 1");
    await until(() => page.locator("#timeline-list .row").count(), 1);
    await page.click("#undo");
    await page.click("#reset");
    await until(() => text(page, ".banner.command .words"), "Not done: status 409");
    assert.deepEqual(server.posts.map((post) => [post.name, post.body]), [["step", { subject: 1, statecall: "Receive_Ping_EchoReply" }],
      ["step", { subject: 1, statecall: "Transmit_Ping_EchoRequest" }], ["undo", { subject: 1, count: 1 }], ["reset", { subject: 1 }]]);
    await page.click("#step-first");
    await until(() => page.locator("#allowed button").count(), 0);  // stepping is from now, not from the past
    await done(page, [/409/]);
  }, (server) => {
    server.helloChange = { mode: "simulate", capabilities: ["step", "undo", "reset"] };
    return one([REQUEST])(server);
  }),

  "stepping by hand, what may come next is there with the statecall, however fast": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    await page.evaluate(() => {
      window.drawn = [];
      const timeline = document.getElementById("timeline-list");
      new MutationObserver(() => window.drawn.push([Math.max(...[...timeline.querySelectorAll(".row .number")].map((number) => Number(number.textContent))),
        [...document.querySelectorAll("#allowed ul[aria-label=allowed] .call-name")].map((name) => name.textContent).join()]))
        .observe(timeline, { childList: true, characterData: true, subtree: true });
    });
    for (let number = 2; number <= 9; number += 1) {
      server.send(connection.step(number % 2 ? REQUEST : REPLY));
      await until(() => page.locator("#timeline-list .row").count(), number);
    }
    const drawn = await page.evaluate(() => window.drawn);
    assert.equal(drawn.at(-1)[0], 9);
    for (const [number, names] of drawn) {
      assert.equal(names, number % 2 ? "Notify_Ping_Timeout,Receive_Ping_EchoReply" : "Transmit_Ping_EchoRequest", `at ${number}`);
    }
    await done(page);
  }, (server) => {
    server.helloChange = { mode: "simulate", capabilities: ["step"] };
    return one([REQUEST])(server);
  }),

  "what is taken back is not shown any more, by whomever": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    const rows = () => page.$$eval("#timeline-list .row", (all) => all.map((row) => row.getAttribute("aria-label")));
    await page.fill("#search", "timeout");
    await until(async () => (await rows()).map((row) => row.split(",")[0]), ["2: Notify_Ping_Timeout", "7: Notify_Ping_Timeout"]);
    await page.click("#timeline-list .row >> nth=1");
    await until(() => text(page, "#position"), "At 7 of 7");
    server.send({ type: "undone", subject: 1, number: 1 });
    await until(() => text(page, "#position"), "Latest, at 1");
    await until(rows, []);
    // Numbers are given out again, for others.
    await page.fill("#search", "e");
    server.send({ type: "steps", items: [[1, 2, 0, REPLY, 0, [0, 0]]] }, { type: "undone", subject: 1, number: 1 }, { type: "steps", items: [[1, 2, 0, TIMEOUT, 0, [2, 0]]] });
    await until(async () => (await rows()).map((row) => row.split(",")[0]), ["1: Transmit_Ping_EchoRequest", "2: Notify_Ping_Timeout"]);
    await done(page);
  }, (server) => {
    server.helloChange = { mode: "simulate", capabilities: ["step", "undo"] };
    return one(RUN)(server);
  }),

  "what begins anew while it is looked at is shown as it is now": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    server.send({ type: "disagreement", subject: 1, number: 5, text: "they differ" });
    await page.click("#tab-alarms");
    await page.click("#timeline-list .row >> nth=1");
    await until(() => text(page, "#position"), "At 2 of 7");
    // Stepping by hand, the server's word after a broken connection replaces all.
    server.history = [connection.begin(), { type: "steps", items: [[1, 1, 0, REQUEST, 0, [1, 0]]] }];
    server.cut();
    await until(() => text(page, "#position"), "Latest, at 1");
    server.send({ type: "steps", items: [[1, 2, 0, TIMEOUT, 0, [2, 0]]] });
    await until(() => text(page, "#position"), "Latest, at 2");
    await until(() => variables(page), { waiting: "false", lost: "1" });
    await page.click("#alarms button");
    await until(() => page.textContent("#live"), "That connection was let go.");
    assert.equal(await text(page, "#position"), "Latest, at 2");
    await done(page, [/ERR_|Failed to load resource/]);
  }, (server) => {
    server.helloChange = { mode: "simulate", capabilities: ["step", "undo"] };
    return one(RUN)(server);
  }),

  "where nothing can be stepped, keys do not ask for it": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await page.click("#pause");
    await page.keyboard.press("u");
    await until(() => text(page, "#position"), "At 7 of 7");
    assert.deepEqual(server.posts, []);
    assert.equal(await page.locator("#allowed button").count(), 0);
    await done(page);
  }, one(RUN)),

  "what has ended cannot be stepped, and stepping is from now": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    await page.click("#timeline-list .row >> nth=2");
    await until(() => page.locator("#allowed button").count(), 0);
    await page.keyboard.press("u");
    await until(() => text(page, "#position"), "Latest, at 7");
    await until(() => server.posts.length, 1);
    await until(() => page.locator("#allowed button").count().then((count) => count > 0), true);
    server.send({ type: "end", subject: connection.id, reason: "over" });
    await until(() => page.locator("#allowed button").count(), 0);
    await done(page);
  }, (server) => {
    server.helloChange = { mode: "simulate", capabilities: ["step", "undo"] };
    return one(RUN)(server);
  }),

  "another policy has other automata: its first is shown": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await page.click("#automaton-tab-1");
    await page.click("#subject-list .row:has-text('like it')");
    await until(() => text(page, "#position"), "Live, at 0");
    assert.equal(await page.getAttribute("#automaton-tab-1", "aria-selected"), "true", "of the same policy it is the same");
    await page.click("#subject-list .row:has-text('unlike')");
    await until(() => page.getAttribute("#automaton-tab-0", "aria-selected"), "true");
    await done(page);
  }, (server) => {
    const made = one(RUN)(server);
    server.descriptions.pong = { ...server.descriptions.ping, policy: "pong" };
    server.send({ ...made.begin(), id: 2, title: "like it" }, { ...made.begin(), id: 3, policy: "pong", title: "unlike" });
    return made;
  }),

  "why a command was not done": (browser) => withServer(async (server) => {
    const answers = [[400, { error: "there is no statecall of that name" }], [500, {}]];
    server.onpost = () => answers.shift();
    const page = await open(browser, server.url);
    await page.click("#undo");
    await until(() => page.textContent(".banner.command .words"), "Not done: there is no statecall of that name");
    await page.click("#undo");
    await until(() => page.textContent(".banner.command .words"), "Not done: status 500");
    await done(page, [/400|500/]);
  }, (server) => {
    server.helloChange = { mode: "simulate", capabilities: ["step", "undo"] };
    return one(RUN)(server);
  }),

  "the trace and the test that are exported": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await page.click("#timeline-list .row >> nth=4");
    await until(() => text(page, "#position"), "At 5 of 7");
    await page.click("#export-open");
    const trace = await page.inputValue("#export-text");
    assert.match(trace, /^# connection 1\n# A run of examples\/small_ping\.spl; splc replay reads this file\.\nTransmit_Ping_EchoRequest  # /);
    assert.match(trace, /\nReceive_Ping_EchoReply {5}# [0-9:.]+, refused\n$/);
    await page.check("#export-test");
    assert.equal(await page.inputValue("#export-text"), ["# connection 1", "# policy: examples/small_ping.spl", "# verdict: refused by ping",
      "Transmit_Ping_EchoRequest", "Notify_Ping_Timeout", "Transmit_Ping_EchoRequest", "Receive_Ping_EchoReply", "Receive_Ping_EchoReply", ""].join("\n"));
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export-save")]);
    assert.equal(download.suggestedFilename(), "ping-1-5.trace");
    assert.equal(await readFile(await download.path(), "utf8"), await page.inputValue("#export-text"));
    await page.click("#export-close");
    await page.keyboard.press("End");
    await page.click("#step-live");
    await page.click("#export-open");
    await page.check("#export-test");
    assert.match(await page.inputValue("#export-text"), /# verdict: accepted, not finished\n# 1 statecall that changed nothing/);
    await done(page);
  }, one(RUN)),

  "splc replay reads what is exported": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    const splc = process.env.DEBUGGER_TEST_SPLC;
    const directory = process.env.DEBUGGER_TEST_PICTURES;
    const policy = path.join(directory, "small_ping.spl");
    await writeFile(policy, server.descriptions.ping.files[0].text);
    await page.click("#export-open");
    const file = path.join(directory, "exported.trace");
    await writeFile(file, await page.inputValue("#export-text"));
    const replay = (...options) => {
      try {
        return execFileSync(splc, ["replay", ...options, policy, file], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
      } catch (error) {
        return error.stdout + error.stderr;
      }
    };
    assert.match(replay(), /Receive_Ping_EchoReply is not allowed here \(statecall 5 of the trace\)/);
    assert.doesNotMatch(replay("--keep-going"), /statecall [1-46-9] of the trace/);
    await done(page);
  }, one([...RUN, REQUEST, TIMEOUT, REQUEST, TIMEOUT, DONE])),

  "an export says what is missing, and what replay needs": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    const exported = async (form) => {
      await page.click("#export-open");
      await page.check(form);
      const [value, note] = [await page.inputValue("#export-text"), await text(page, "#export-note")];
      await page.click("#export-close");
      return form === "#export-test" && value === "" ? note : value;
    };
    await until(() => text(page, "#position"), "Live, at 7");
    assert.match(await exported("#export-trace"), /\n# Statecalls were refused and left out by the program: replay it with --keep-going\.\n/);
    await page.click("#timeline-list .row >> nth=4");
    assert.doesNotMatch(await exported("#export-trace"), /keep-going/, "the last one may be refused");
    await page.click("#step-first");
    assert.match(await exported("#export-trace"), /\n# At the very start, before any statecall\.\n$/);
    assert.match(await exported("#export-test"), /No test can be made of this: it has no statecalls/);
    await page.click("#step-live");
    // Refused by both, in the order of the policy and not of the server.
    server.send(connection.step(DONE), connection.refusal("no", ["once", "ping"], []));
    await until(() => text(page, "#position"), "Live, at 8");
    assert.match(await exported("#export-test"), /\n# verdict: refused by ping and once\n/);
    server.send({ type: "steps", items: [[1, 9, 0, REQUEST, 0, [null, 0]]] });
    await until(() => text(page, "#position"), "Live, at 9");
    assert.match(await exported("#export-test"), /No test can be made of this: the situation at its end is not known/);
    server.send({ type: "steps", items: [[1, 12, 0, REPLY, 0, [0, 0]]] });
    await until(() => text(page, "#position"), "Live, at 12");
    assert.match(await exported("#export-trace"), /\n# INCOMPLETE: statecalls of it were lost\.[^]*\n# 2 statecalls lost here\.\n/);
    assert.match(await exported("#export-test"), /No test can be made of this: statecalls of it were lost/);
    await done(page);
  }, one(RUN)),

  "no test is made of half a history": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await page.click("#export-open");
    assert.match(await page.inputValue("#export-text"), /# INCOMPLETE: its first 31 statecalls happened before/);
    await page.check("#export-test");
    assert.match(await text(page, "#export-note"), /No test can be made of this: its first 31 statecalls/);
    assert.ok(await page.isDisabled("#export-save"));
    await done(page);
  }, (server) => server.send({ type: "subject", id: 1, policy: "ping", title: "late", parent: null, from_start: false, seen: 31, states: [0, 0] },
    { type: "steps", items: [[1, 32, 0, REQUEST, 0, [1, 0]]] })),
};
