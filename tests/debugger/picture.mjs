// A screenshot of the debugger's page for the documentation: picture.mjs OUTPUT.png [URL [dark]].
// Without URL of the demonstration in fake_server.mjs.
// picture.sh starts it.
import { launch, open, until, text } from "./browser.mjs";
import { FakeServer, demonstration } from "./fake_server.mjs";

const [output, url, theme] = process.argv.slice(2);
const server = url ? null : await new FakeServer().start();
if (server) demonstration(server);
const browser = await launch();
const page = await open(browser, url ?? server.url, { width: 1440, height: 900, scheme: theme === "dark" ? "dark" : "light" });
if (server) {
  await page.click("#subject-list .row:has-text('40022')");
  await until(() => text(page, "#position"), "Live, at 15");
}
await page.waitForSelector("#automata .automaton");
if (await page.locator("#subject-list .refusals").count() > 0) await page.click("#refusal-back");
await page.waitForTimeout(300);
await page.screenshot({ path: output });
await browser.close();
await server?.stop();
