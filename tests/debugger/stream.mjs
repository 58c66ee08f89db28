// The stream: lost and regained, drops, load, and what the page lets go.
import assert from "node:assert/strict";
import { open, done, until, text, litLines } from "./browser.mjs";
import { PingConnection } from "./fake_server.mjs";
import { CALLS } from "./fake_policy.mjs";
import { withServer, one } from "./looking.mjs";

const { REPLY, REQUEST } = CALLS;
const NETWORK = /ERR_|Failed to load resource/;

export const stream = {
  "a lost connection is told, and regained with its history": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    await until(() => text(page, "#position"), "Live, at 2");
    server.refuse = true;
    server.cut();
    await until(() => text(page, "#connection"), "not connected");
    await until(async () => /ended the stream or takes no more readers/.test(await text(page, ".banner.connection .words")), true);
    assert.match(await page.getAttribute("#subject-list .row", "aria-label"), /not heard of since the connection was lost/);
    // What happens meanwhile is in the history that the server tells.
    server.send(connection.step(REQUEST));
    server.refuse = false;
    await until(() => text(page, "#connection"), "connected");
    await until(() => text(page, "#position"), "Live, at 3");
    await until(() => page.locator("#timeline-list .row").count(), 3, "nothing is told twice");
    assert.equal(await page.locator(".banner.connection").count(), 0);
    assert.match(await text(page, ".banner.regained .words"), /there again/);
    await until(() => text(page, "#meter-steps"), "3");
    await done(page, [NETWORK]);
  }, one([REQUEST, REPLY])),

  "what the server forgot meanwhile is a gap": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    await until(() => text(page, "#position"), "Live, at 2");
    server.history = [{ ...connection.begin(), seen: 10, states: [0, 0], from_start: false }];
    connection.number = 10;
    server.send(connection.step(REQUEST));
    server.cut();
    await until(() => text(page, "#position"), "Live, at 11");
    assert.match(await text(page, "#timeline-list .row.gap"), /8 statecalls lost \(3–10\)/);
    await page.click("#timeline-list .row.gap");
    await until(() => litLines(page), [12], "the state after the gap is known");
    await done(page, [NETWORK]);
  }, one([REQUEST, REPLY])),

  "a server that was started again begins a new list": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    server.session = "session-2";
    server.history = [];
    const fresh = new PingConnection(1, "after the restart");
    server.send(fresh.begin(), fresh.step(REQUEST));
    server.cut();
    await until(() => page.$$eval("#subject-list .row", (rows) => rows.sort((a, b) => a.dataset.index - b.dataset.index).map((row) => row.querySelector(".title").textContent)),
      ["after the restart", "connection 1"]);
    assert.match(await page.getAttribute("#subject-list .row.ended", "aria-label"), /ended: the server was started again/);
    await done(page, [NETWORK]);
  }, one([REQUEST, REPLY])),

  "a server that has another address now is told from one that is away": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    server.moved = true;
    server.cut();
    await until(async () => /has another address now: open the one that it printed/.test(await text(page, ".banner.connection .words")), true);
    await done(page, [NETWORK]);
  }, one([REQUEST])),

  "many refusals at once are one sentence": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    server.send({ type: "steps", items: Array.from({ length: 30 }, () => connection.item(REQUEST)) }, connection.refusal("no"));
    await until(() => page.textContent("#live"), "30 refusals, the last: Transmit_Ping_EchoRequest, to the peer, refused by ping, statecall 31 of connection 1");
    await done(page);
  }, one([REQUEST])),

  "losses and disagreements are alarms that stay": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    connection.number = 814;
    server.send({ type: "dropped", count: 812, where: "reader" }, { type: "dropped", count: 5, where: "source" }, connection.step(REQUEST),
      { type: "disagreement", subject: 1, number: 815, text: "interpreter: refused; monitor: accepted" });
    await until(() => text(page, "#meter-lost"), "! 817");
    assert.match(await text(page, ".banner.dropped .words"), /5 statecalls were lost before they reached/);
    assert.equal(await text(page, ".banner.dropped .badge"), "2 times");
    assert.match(await text(page, ".banner.disagreement .words"), /Two engines disagree/);
    assert.match(await text(page, "#timeline-list .row.gap"), /812 statecalls lost \(3–814\)/);
    await until(() => text(page, "#timeline-list .disagrees"), "≠ differs");
    await page.click(".banner.disagreement button:text('Details')");
    assert.match(await text(page, "#alarms"), /Lost in all: 5 before they reached the debugger's server, 812 because this page was too slow/);
    await page.click("#alarms button");
    await until(() => text(page, "#position"), "At 815 of 815");
    assert.match(await text(page, "#step"), /interpreter: refused; monitor: accepted/);
    await page.click(".banner.dropped button:text('Dismiss')");
    assert.equal(await page.locator(".banner.dropped").count(), 0);
    await done(page);
  }, one([REQUEST, REPLY])),

  "a thousand statecalls a second, and none is lost": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await page.evaluate(() => {
      window.frames60 = 0;
      const frame = () => {
        window.frames60 += 1;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
    const connections = Array.from({ length: 10 }, (_, i) => new PingConnection(100 + i, `busy ${i}`));
    server.send(...connections.map((connection) => connection.begin()));
    let sent = 0;
    let refused = 0;
    const start = Date.now();
    while (sent < 4000) {
      // In bunches of what is due, so that a slow machine sends as many.
      const due = Math.min(4000, Math.ceil(Date.now() - start));
      const items = [];
      for (; sent < due; sent += 1) {
        const connection = connections[sent % connections.length];
        const item = connection.item(sent % 500 === 499 ? (connection.run.states[0] % 2 ? REQUEST : REPLY) : connection.run.next(0));
        if (item[4] === 2) refused += 1;
        items.push(item);
      }
      if (items.length > 0) server.tell({ type: "steps", items });
      await new Promise((wake) => setTimeout(wake, 30));
    }
    assert.equal(refused, 8);
    await until(() => text(page, "#meter-steps"), "4,002");
    await until(() => text(page, "#meter-refused"), "✕ 8");
    assert.equal(await text(page, "#meter-lost"), "0");
    assert.equal(await page.locator(".row.gap").count(), 0);
    await page.click("#subject-list .row:has-text('busy 9')");
    await until(() => text(page, "#position"), "Live, at 400");
    await page.click("#tab-counts");
    await until(() => page.$$eval("#counts tbody .count:nth-child(2)", (cells) => cells.reduce((sum, cell) => sum + Number(cell.textContent), 0)), 400);
    const frames = await page.evaluate(() => window.frames60);
    const rows = await page.locator("#timeline-list .row").count();
    assert.ok(rows < 120, `${rows} rows are in the document`);
    console.log(`# 4000 statecalls in ${Date.now() - start} ms, ${frames} frames`);
    await done(page);
  }, one([REQUEST, REPLY])),

  "memory is bounded, and what is let go is told": (browser) => withServer(async (server, connection) => {
    const page = await open(browser, server.url);
    await page.click("#timeline-list .row >> nth=0");
    for (let bunch = 0; bunch < 25; bunch += 1) {
      const items = Array.from({ length: 1000 }, () => connection.item(connection.run.next(0)));
      server.tell({ type: "steps", items });
    }
    await until(() => text(page, "#meter-steps"), "25,002");
    await until(() => text(page, "#timeline-note"), "5,002 older entries were let go to keep memory bounded");
    // The step that was looked at is gone: the oldest state that is known takes its place.
    await until(() => text(page, "#position"), "At 5,002 of 25,002");
    await page.click("#step-live");
    await until(() => page.$eval("#timeline-list", (list) => document.getElementById(list.getAttribute("aria-activedescendant"))?.querySelector(".number")?.textContent), "25002");
    await page.click("#tab-counts");
    await until(() => page.$$eval("#counts tbody .count:nth-child(2)", (cells) => cells.reduce((sum, cell) => sum + Number(cell.textContent.replace(",", "")), 0)), 25002);
    await page.click("#export-open");
    assert.match(await page.inputValue("#export-text"), /# INCOMPLETE: the debugger's page has let go its first 5002 statecalls/);
    await done(page);
  }, one([REQUEST, REPLY])),
};
