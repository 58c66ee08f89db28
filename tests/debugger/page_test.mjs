// All tests of the debugger's page, in one browser. `run.sh` starts it; a word as argument runs only
// the tests whose names have it.
import test from "node:test";
import assert from "node:assert/strict";
import { launch } from "./browser.mjs";
import { looking } from "./looking.mjs";
import { stepping } from "./stepping.mjs";
import { stream } from "./stream.mjs";
import { layout } from "./layout.mjs";
import { hostile } from "./hostile.mjs";
import { real } from "./real.mjs";
import { keeping } from "./keeping.mjs";
import { places } from "./places.mjs";
import { units } from "./units.mjs";

const wanted = process.argv[2] ?? "";
const all = Object.entries({ ...units, ...keeping, ...looking, ...stepping, ...places, ...stream, ...layout, ...hostile, ...real }).filter(([name]) => name.includes(wanted));
assert.ok(all.length > 0, `no test has '${wanted}' in its name`);

test("the debugger's page", async (suite) => {
  const browser = await launch();
  try {
    for (const [name, body] of all) await suite.test(name, () => body(browser));
  } finally {
    await browser.close();
  }
});
