// Modules that need no browser.
import assert from "node:assert/strict";
import { pathToFileURL, fileURLToPath } from "node:url";
import path from "node:path";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { readFile } from "node:fs/promises";

const PAGE = fileURLToPath(new URL("../../spl/debugger/page/", import.meta.url));

/** A module of the page; they are .js, which Node takes for modules only where a package.json says so. */
export async function load(name) {
  const directory = path.join(process.env.DEBUGGER_TEST_PICTURES, "modules");
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, "package.json"), '{"type": "module"}');
  for (const file of await readdir(PAGE)) if (file.endsWith(".js")) await copyFile(path.join(PAGE, file), path.join(directory, file));
  return import(pathToFileURL(path.join(directory, name)));
}

export const units = {
  "tokens put together are the text": async () => {
    const { tokens, tokenLines } = await load("tokens.js");
    const texts = ["", "a", "/* /* */", "\"open", "é ü \u0000 \ud800", "// x\r\n/* a\nb */ automaton x() { A_b; }", "property p : A and not B;\nautomaton and"];
    texts.push(await readFile(path.join(PAGE, "../../../ssh-server/policy/auth.spl"), "utf8"));
    for (const text of texts) {
      assert.equal(tokens(text).map(([, piece]) => piece).join(""), text);
      assert.equal(tokenLines(text).map((line) => line.map(([, piece]) => piece).join("")).join("\n"), text.replaceAll("\r", ""));
    }
    const kinds = (text) => tokens(text).filter(([kind]) => kind).map(([kind, piece]) => `${kind} ${piece}`);
    assert.deepEqual(kinds("and and"), []);
    assert.deepEqual(kinds("property p : A and true;"), ["keyword property", "statecall A", "keyword and", "number true"]);
    assert.deepEqual(kinds("or 12 // or"), ["keyword or", "number 12", "comment // or"]);
  },

  "the log finds, lets go and takes back": async () => {
    const { Subject } = await load("subject.js");
    const subject = new Subject("1:1", { id: 1, policy: "p", title: "t", seen: 0, states: [0] });
    for (let i = 1; i <= 20_000; i += 1) subject.add({ kind: "step", number: i, time: 0, call: i % 3, verdict: 0, states: [i] });
    for (let i = 0; i < 15_000; i += 1) subject.letGo();
    assert.equal(subject.log.length, 5000);
    assert.deepEqual(subject.when(15_000).states, [15_000]);
    assert.deepEqual(subject.when(16_000).states, [16_000]);
    assert.equal(subject.when(3).number, 15_000);
    assert.equal(subject.add({ kind: "step", number: 20_000, verdict: 0, states: [1] }), false);
    subject.undo(19_990);
    assert.deepEqual(subject.now().states, [19_990]);
    assert.equal([...subject.tally.counts.values()].reduce((sum, row) => sum + row[0], 0), 19_990);
    assert.equal(subject.completeUntil(19_990), false);
    subject.add({ kind: "step", number: 20_000, time: 0, call: 1, verdict: 2, states: [7] });
    assert.equal(subject.lost, 9);
    subject.undo(19_990);
    assert.equal(subject.lost, 0);
  },

  "the dark colours of graphs are those of splc graph": async () => {
    const palette = await readFile(path.join(PAGE, "../../graph/palette.hpp"), "utf8");
    const picture = await readFile(path.join(PAGE, "picture.js"), "utf8");
    const pairs = [...palette.matchAll(/\{"(#[0-9a-f]{6})", "(#[0-9a-f]{6})"\}/g)];
    assert.ok(pairs.length > 10);
    for (const [, light, dark] of pairs) assert.ok(picture.includes(`"${light}": "${dark}"`), `${light} is ${dark} in the dark`);
  },
};
