// One browser for all tests, and what they ask of a page. playwright-core is in the build tree.
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import path from "node:path";

const { chromium } = createRequire(path.join(process.env.DEBUGGER_TEST_MODULES ?? ".", "x.js"))("playwright-core");

// Less of it for those who break the page on purpose and wait for the tests to fail.
const PATIENCE = Number(process.env.DEBUGGER_TEST_PATIENCE ?? 60_000); // ms

export async function launch() {
  const root = process.getuid() === 0;
  return chromium.launch({ executablePath: process.env.DEBUGGER_TEST_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--disable-gpu", ...(root ? ["--no-sandbox"] : [])] });
}

/** Whoever acts goes on when what that has changed is drawn: the page draws once a frame. */
function drawAfterwards(page) {
  const drawn = () => page.evaluate(() => new Promise((next) => requestAnimationFrame(() => next())));
  const wrap = (owner, names) => {
    for (const name of names) {
      const act = owner[name].bind(owner);
      owner[name] = async (...args) => {
        const result = await act(...args);
        await drawn();
        return result;
      };
    }
  };
  wrap(page, ["click", "fill", "check", "uncheck", "selectOption", "focus", "hover", "reload", "setViewportSize", "emulateMedia"]);
  wrap(page.keyboard, ["press"]);
  wrap(page.mouse, ["up", "wheel"]);
}

/** A page of its own context. What the browser complains about fails the test: page.complaints. */
export async function open(browser, url, { width = 1440, height = 900, scheme = "light", reducedMotion = "reduce", forcedColors = "none", scale = 1, waitFor = "#timeline-list .row, #source .line" } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion, forcedColors, deviceScaleFactor: scale });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.stack));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.complaints.push(message.text());
  });
  page.on("dialog", (dialog) => {
    page.complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.goto(url);
  // The policy's description comes by itself, after the statecalls or before.
  for (const part of waitFor?.split(", ") ?? []) await page.waitForSelector(part);
  drawAfterwards(page);
  return page;
}

export async function done(page, allowed = []) {
  assert.deepEqual(page.complaints.filter((text) => !allowed.some((pattern) => pattern.test(text))), []);
  await page.context().close();
}

/** Waits until `look` gives `wanted`; what it gave last is in the error. */
export async function until(look, wanted, what = "") {
  const end = Date.now() + PATIENCE;
  let seen;
  for (;;) {
    seen = await look();
    try {
      assert.deepEqual(seen, wanted);
      return;
    } catch (error) {
      if (Date.now() > end) throw new Error(`${what}: never became ${JSON.stringify(wanted)}, was ${JSON.stringify(seen)}`, { cause: error });
    }
    await new Promise((again) => setTimeout(again, 20));
  }
}

export const text = (page, selector) => page.locator(selector).first().innerText();

/** Numbers of the lines that are lit in the source. */
export const litLines = (page) => page.$$eval("#source .line.lit .number", (all) => all.map((node) => Number(node.textContent)));

export const variables = (page) => page.$$eval("#automata .automaton.current .variables tbody tr",
  (rows) => Object.fromEntries(rows.map((row) => [row.children[0].textContent, row.children[1].textContent])));

export const allowed = (page) => page.$$eval("#allowed ul[aria-label=allowed] .call-name", (all) => all.map((node) => node.textContent));

/** No scrolling sideways of the page as a whole. */
export async function noOverflow(page) {
  const [scroll, client] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(scroll <= client, `the page is ${scroll} wide in a window of ${client}`);
  const out = await page.evaluate(() => {
    const inScroller = (node) => {
      for (let up = node.parentElement; up && up !== document.body; up = up.parentElement) {
        if (["auto", "scroll", "hidden"].includes(getComputedStyle(up).overflowX) && up.clientWidth < up.scrollWidth) return true;
        if (up.id === "graph") return true;
      }
      return false;
    };
    return [...document.querySelectorAll("button, input, select, h1, h2, h3, p, label, dd")]
      .filter((node) => node.offsetParent !== null && !node.closest(".hidden") && node.getBoundingClientRect().right > innerWidth + 1 && !inScroller(node))
      .map((node) => node.outerHTML.slice(0, 120));
  });
  assert.deepEqual(out, []);
}

/** Contrast (WCAG 2) of all text in view that has too little: [{text, ratio}]. */
export const weakText = (page) => page.evaluate(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) known.set(colour, draw(colour));
    return known.get(colour);
  };
  const draw = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const background = (node) => {
    const layers = [];
    for (let up = node; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      for (const stop of style.backgroundImage.match(/rgba?\([^)]*\)/g) ?? []) layers.push([rgba(stop), true]);
      layers.push([rgba(style.backgroundColor), false]);
    }
    let colour = rgba(getComputedStyle(document.body).backgroundColor);
    for (const [layer] of layers.reverse()) colour = over(layer, colour);
    return colour;
  };
  const weak = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== "");
    if (!own || node.closest(".hidden, script, noscript, option, :disabled, [hidden]") || !node.checkVisibility()) continue;
    if (node.closest("svg")) {
      const box = node.closest(".lit") ?? node.closest(".node");
      const shape = box?.querySelector("polygon, path, ellipse");
      const fill = shape ? rgba(getComputedStyle(shape).fill) : [0, 0, 0, 0];
      const found = ratio(rgba(getComputedStyle(node).fill), over(fill, background(node.closest("#graph"))));
      if (found < 4.5) weak.push({ text: node.textContent.slice(0, 40), ratio: found });
      continue;
    }
    const style = getComputedStyle(node);
    const below = background(node);
    const found = ratio(over(rgba(style.color), below), below);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    if (found < (large ? 3 : 4.5)) weak.push({ text: node.textContent.slice(0, 40), class: node.className, ratio: Math.round(found * 100) / 100 });
  }
  return weak;
});
