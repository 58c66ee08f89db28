// The page as `splc debug` serves it.
import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import { createInterface } from "node:readline";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { open, done, until, text, litLines, variables, allowed, noOverflow, weakText } from "./browser.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SPLC = process.env.DEBUGGER_TEST_SPLC;
const pictures = process.env.DEBUGGER_TEST_PICTURES;

/** Runs `splc debug` with these arguments while body(url) runs. */
async function debugging(args, body) {
  const child = spawn(SPLC, ["debug", "--json", ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (part) => (errors += part));
  const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve(signal ?? code)));
  try {
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([new Promise((resolve) => lines.once("line", resolve)), ended]);
    assert.equal(typeof first, "string", `splc debug ended at once: ${errors}`);
    await body(JSON.parse(first).url);
  } finally {
    child.kill("SIGINT");
    await ended;
  }
  assert.equal(await ended, 0, errors);
}

const nodes = (page, name) => page.$$eval(`#graph .${name}`, (all) => all.map((node) => node.id));

export const real = {
  "splc debug: ping by hand": (browser) => debugging(["examples/ping.spl"], async (url) => {
    const page = await open(browser, url, { waitFor: "#allowed button" });
    assert.equal(await text(page, "#mode"), "simulate");
    assert.deepEqual(await litLines(page), [18]);
    assert.deepEqual(await variables(page), { waiting: "false", lost: "0" });
    assert.deepEqual(await allowed(page), ["Notify_Ping_SummaryWanted", "Transmit_Ping_EchoRequest"]);
    assert.equal((await nodes(page, "lit")).length, 1, "the node where it waits is lit");
    const step = async (name, position) => {
      await page.click(`#allowed button:has-text('${name}')`);
      await until(() => text(page, "#position"), `Latest, at ${position}`);
    };
    await step("Transmit_Ping_EchoRequest", 1);
    await until(() => variables(page), { waiting: "true", lost: "0" });
    await until(async () => (await nodes(page, "taken")).length >= 1, true, "an edge is marked");
    await step("Notify_Ping_Timeout", 2);
    await until(() => variables(page), { waiting: "false", lost: "1" });
    await until(() => allowed(page), ["Notify_Ping_Done", "Notify_Ping_SummaryWanted", "Transmit_Ping_EchoRequest"]);
    await page.keyboard.press("u");
    await until(() => text(page, "#position"), "Latest, at 1");
    await until(() => litLines(page).then((lines) => lines.includes(27)), true);
    await step("Receive_Ping_Unreachable", 2);
    await until(() => variables(page), { waiting: "false", lost: "3" });
    await step("Notify_Ping_Done", 3);
    await until(() => text(page, "#allowed"), "Nothing more: the policy has finished.");
    await page.click("#export-open");
    await page.check("#export-test");
    const exported = await page.inputValue("#export-text");
    assert.match(exported, /# policy: .*examples\/ping\.spl\n# verdict: accepted, finished\nTransmit_Ping_EchoRequest\nReceive_Ping_Unreachable\nNotify_Ping_Done\n$/);
    const file = path.join(pictures, "by-hand.trace");
    await writeFile(file, exported);
    execFileSync(SPLC, ["replay", "examples/ping.spl", file], { cwd: ROOT });
    await page.click("#export-close");
    await page.click("#reset");
    await until(() => text(page, "#position"), "Latest, at 0");
    await page.screenshot({ path: path.join(pictures, "real-simulate.png") });
    await done(page);
  }),

  "splc debug: traces of the SSH policy, exported as the tests they are": (browser) => {
    const names = ["auth-answer-unasked", "cve-2018-10933", "login-password-banner", "after-disconnect", "login-exec"];
    return debugging(["ssh-server/policy/ssh_all.spl", ...names.flatMap((name) => ["--trace", `tests/traces/${name}.trace`])], async (url) => {
      const page = await open(browser, url, { waitFor: "#automata .automaton" });
      for (const name of names) {
        await page.fill("#subject-filter", `${name}.trace`);
        await page.click("#subject-list .row");
        const trace = (await readFile(path.join(ROOT, `tests/traces/${name}.trace`), "utf8")).split("\n");
        const calls = trace.filter((line) => line !== "" && !line.startsWith("#"));
        await until(() => text(page, "#position"), `Latest, at ${calls.length}`);
        await page.click("#export-open");
        await page.check("#export-test");
        const exported = (await page.inputValue("#export-text")).split("\n");
        assert.deepEqual(exported.filter((line) => line !== "" && !line.startsWith("#")), calls);
        assert.deepEqual(exported.filter((line) => line.startsWith("# verdict")), trace.filter((line) => line.startsWith("# verdict")), name);
        await page.click("#export-close");
      }
      await page.fill("#subject-filter", "auth-answer");
      await page.click("#subject-list .row");
      await until(() => page.locator("#timeline-list .row.refused").count(), 1);
      await until(async () => /Refused by auth/.test(await text(page, "#step")), true);
      assert.match(await text(page, "#step"), /auth\.spl:117/);
      assert.ok(await page.isVisible("#source-file"), "its files can be chosen");
      // It has ended refused: the automaton that refuses is there without being asked for.
      await until(() => text(page, "#automaton-tabs [aria-selected=true] span"), "auth");
      await until(async () => (await litLines(page)).includes(12), true, "lines of a function that is called");
      const refused = await nodes(page, "refused");
      assert.ok(refused.length > 0);
      assert.deepEqual(refused, await nodes(page, "lit"));
      const marked = (name) => page.$$eval(`#source mark.${name}`, (all) => all.map((mark) => mark.textContent));
      assert.ok((await marked("refused")).includes("Receive_Auth_Request_None;"));
      await until(() => weakText(page), []);
      await noOverflow(page);
      await page.screenshot({ path: path.join(pictures, "real-trace.png") });
      await page.emulateMedia({ colorScheme: "dark" });
      assert.deepEqual(await weakText(page), []);
      // A box of several wait points leads to all of their lines, and each line to the box.
      const box = page.locator("#graph .box.refused:has-text('Receive_Auth_Request_PublicKeyQuery')");
      await box.focus();
      await page.keyboard.press("Enter");
      await until(async () => (await marked("linked")).length > 3, true);
      assert.ok((await marked("linked")).includes("Receive_Auth_Request_PublicKeyQuery;"));
      const id = await box.getAttribute("id");
      await page.keyboard.press("Enter");
      await until(async () => (await nodes(page, "linked")).includes(id), true, "the way back");
      await until(async () => (await nodes(page, "linked")).includes(await page.evaluate(() => document.activeElement.id)), true);
      await page.screenshot({ path: path.join(pictures, "real-trace-dark.png") });
      await page.click("#step-back");
      await done(page);
    });
  },

  "splc debug: the page of narrow windows, with a real graph": (browser) => debugging(["ssh-server/policy/ssh.spl", "--trace", "tests/traces/login-exec.trace", "--keep-going"], async (url) => {
    const page = await open(browser, url, { width: 320, height: 640, waitFor: "#automata .automaton" });
    await noOverflow(page);
    await page.screenshot({ path: path.join(pictures, "real-narrow.png"), fullPage: true });
    await done(page);
  }),
};
