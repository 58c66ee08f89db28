// Narrow windows, enlargement, themes, contrast, and what assistive technology is told.
import assert from "node:assert/strict";
import path from "node:path";
import { open, done, until, noOverflow, weakText, text } from "./browser.mjs";
import { demonstration } from "./fake_server.mjs";
import { withServer } from "./looking.mjs";

const picture = (page, name, fullPage = false) => page.screenshot({ path: path.join(process.env.DEBUGGER_TEST_PICTURES, `${name}.png`), fullPage });

async function atTheRefusal(page) {
  await page.click("#subject-list .row:has-text('40022')");
  await until(() => text(page, "#position"), "Live, at 15");
  await page.click("#refusal-back");
  await until(() => text(page, "#position"), "At 14 of 15");
}

export const layout = {
  "320 pixels wide, which is 400 % of 1280: one column, no scrolling sideways": (browser) => withServer(async (server) => {
    for (const [name, options] of [["narrow", { width: 320, height: 700 }], ["enlarged", { width: 320, height: 256, scale: 4 }]]) {
      const page = await open(browser, server.url, options);
      await noOverflow(page);
      await atTheRefusal(page);
      for (const tab of ["refusals", "counts", "alarms", "step"]) {
        await page.click("#tab-" + tab);
        await noOverflow(page);
      }
      const lefts = await page.$$eval("main > .panel", (panels) => [...new Set(panels.map((panel) => panel.getBoundingClientRect().left))]);
      assert.equal(lefts.length, 1, "panels are beside each other");
      await picture(page, name, true);
      await page.click("#export-open");
      await noOverflow(page);
      await page.click("#export-close");
      await page.click("#help-open");
      await noOverflow(page);
      await done(page);
    }
  }, demonstration),

  "windows between": (browser) => withServer(async (server) => {
    for (const width of [900, 2560]) {
      const page = await open(browser, server.url, { width, height: 800 });
      await atTheRefusal(page);
      await noOverflow(page);
      await picture(page, `width-${width}`, true);
      await done(page);
    }
  }, demonstration),

  "light and dark have contrast, by the system and by the switch": (browser) => withServer(async (server) => {
    for (const [scheme, theme] of [["light", "system"], ["dark", "system"], ["dark", "light"], ["light", "dark"]]) {
      const page = await open(browser, server.url, { scheme });
      await page.selectOption("#theme", theme);
      await atTheRefusal(page);
      const paper = await page.$eval("#timeline", (panel) => getComputedStyle(panel).backgroundColor);
      const dark = theme === "system" ? scheme === "dark" : theme === "dark";
      assert.equal(paper, dark ? "rgb(13, 17, 23)" : "rgb(255, 255, 255)");
      assert.deepEqual(await weakText(page), []);
      await picture(page, `${scheme}-${theme}`);
      if (theme === "system") {
        for (const tab of ["refusals", "counts", "alarms"]) {
          await page.click("#tab-" + tab);
          assert.deepEqual(await weakText(page), []);
        }
        await page.click("#help-open");
        assert.deepEqual(await weakText(page), []);
        await done(page);
        continue;
      }
      await page.reload();
      await page.waitForSelector("#timeline-list .row");
      assert.equal(await page.inputValue("#theme"), theme, "the choice is remembered");
      await done(page);
    }
  }, demonstration),

  "nothing moves for those who want no motion": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url, { reducedMotion: "reduce" });
    const moving = await page.$$eval("*", (all) => all.filter((node) => {
      const style = getComputedStyle(node);
      return style.animationName !== "none" || style.transitionDuration.split(",").some((time) => parseFloat(time) > 0);
    }).length);
    assert.equal(moving, 0);
    await done(page);
  }, demonstration),

  "names and roles": (browser) => withServer(async (server) => {
    const page = await open(browser, server.url);
    await atTheRefusal(page);
    const unnamed = await page.evaluate(() => [...document.querySelectorAll("button, input, select, textarea, [tabindex='0'], [role=tab], dialog")]
      .filter((node) => !node.closest("[hidden]") && node.checkVisibility())
      .filter((node) => !(node.getAttribute("aria-label") || node.labels?.length || node.textContent.trim() || document.getElementById(node.getAttribute("aria-labelledby"))))
      .map((node) => node.outerHTML.slice(0, 100)));
    assert.deepEqual(unnamed, []);
    const broken = await page.evaluate(() => ["aria-labelledby", "aria-describedby", "aria-controls", "aria-activedescendant"].flatMap((name) =>
      [...document.querySelectorAll(`[${name}]`)].flatMap((node) => node.getAttribute(name).split(" ").filter((id) => !document.getElementById(id)).map((id) => `${name} ${id}`))));
    assert.deepEqual(broken, []);
    const ids = await page.$$eval("[id]", (all) => all.map((node) => node.id));
    assert.equal(new Set(ids).size, ids.length, "ids are unique");
    // As Chromium tells assistive technology.
    const client = await page.context().newCDPSession(page);
    const { nodes } = await client.send("Accessibility.getFullAXTree");
    const told = nodes.filter((node) => !node.ignored).map((node) => `${node.role?.value}: ${node.name?.value ?? ""}`);
    for (const wanted of ["heading: Timeline", "tree: Connections", "listbox: Timeline", "option: 14: Receive_Ping_EchoReply, from the peer, refused",
      "tab: ping", "tabpanel: ping", "tab: Step", "region: Connections", "searchbox: Search the timeline", "checkbox: Refused only", "button: One step back", "group: Graph of automaton ping"]) {
      assert.ok(told.includes(wanted), `'${wanted}' is not told; there are:\n${told.filter((line) => line.startsWith(wanted.split(":")[0])).join("\n")}`);
    }
    assert.ok(told.some((line) => /^treeitem: connection 1 from 127.0.0.1:40022, policy ping, ended: closed by the client, 15 statecalls, 1 refused$/.test(line)), "the tree's items are told");
    await done(page);
  }, demonstration),
};
