// A graph's SVG as it comes from the network, made harmless: it is parsed apart from the page, and
// only known elements with known attributes are made anew. No script, handler, style, link or
// address survives, since nothing is copied that is not listed here.

const SVG = "http://www.w3.org/2000/svg";
const XLINK = "http://www.w3.org/1999/xlink";
const ELEMENTS = new Set("svg g path polygon polyline ellipse circle rect line text tspan".split(" "));
const ATTRIBUTES = new Set(("id class d points cx cy rx ry r x y x1 y1 x2 y2 dx dy width height viewBox " +
  "transform text-anchor font-family font-size font-weight font-style stroke-width stroke-dasharray " +
  "stroke-linecap stroke-linejoin opacity fill-opacity stroke-opacity text-decoration").split(" "));
const PAINTS = new Set(["fill", "stroke"]);
const MANY = 200_000; // elements

/** The <svg> element, or throws. `prefix` comes before every id, so that no id of the page is taken. */
export function harmless(text, prefix) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  const root = parsed.documentElement;
  if (parsed.querySelector("parsererror") || root.localName !== "svg") throw new Error("the graph is no SVG");
  let left = MANY;
  const copy = (from) => {
    left -= 1;
    if (left < 0) throw new Error("the graph is too large");
    const to = document.createElementNS(SVG, from.localName);
    for (const { name, value } of from.attributes) {
      if (PAINTS.has(name)) paint(to, name, value);
      else if (ATTRIBUTES.has(name) && !/url\s*\(/i.test(value)) to.setAttribute(name, name === "id" ? prefix + value : value);
    }
    for (const child of from.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) to.append(child.data);
      else if (child.nodeType === Node.ELEMENT_NODE) append(to, child);
    }
    return to;
  };
  const append = (to, child) => {
    if (child.localName === "a") {
      // A link's content without the link; what it says when pointed at is kept.
      const words = child.getAttributeNS(XLINK, "title");
      if (words) to.append(Object.assign(document.createElementNS(SVG, "title"), { textContent: words }));
      for (const inner of child.childNodes) {
        if (inner.nodeType === Node.ELEMENT_NODE) append(to, inner);
        else if (inner.nodeType === Node.TEXT_NODE) to.append(inner.data);
      }
    } else if (child.namespaceURI === SVG && ELEMENTS.has(child.localName)) {
      to.append(copy(child));
    }
  };
  return copy(root);
}

// What spl/graph/palette.hpp has for the dark in place of its colours for paper.
const DARK = new Map(Object.entries({
  "#ffffff": "#0d1117", "#1b1f24": "#e6edf3", "#57606a": "#9da7b3", "#f1f5f9": "#1b222c", "#47525e": "#8d99a6",
  "#3d4852": "#aab4bf", "#6b7682": "#848f9b", "#8c959f": "#6e7681", "#b07800": "#e69f00", "#7a5200": "#f0c14b",
  "#009e73": "#00a87a", "#006b54": "#4fd1a8", "#fdecea": "#35171a", "#b3261e": "#ff8b7e", "#0072b2": "#56b4e9",
  "#dcedfa": "#0f2f45", "#fff1c2": "#3d3000",
}));

/** Drawn for paper. In the dark other colours take their place: those of the palette, else the same hue with the opposite lightness. */
function paint(node, property, value) {
  const colour = value.trim().toLowerCase();
  if (colour === "none" || colour === "transparent") {
    node.setAttribute(property, "none");
    return;
  }
  const parts = channels(colour);
  if (!parts) return;
  node.style.setProperty(property, `light-dark(rgb(${parts.join(" ")}), ${DARK.get(hex(parts)) ?? inverted(parts)})`);
}

let context = null;

/** [red, green, blue] of a CSS colour, null if it is none. */
function channels(colour) {
  context ??= document.createElement("canvas").getContext("2d");
  context.fillStyle = "#010203";
  context.fillStyle = colour;
  const found = /^#(..)(..)(..)$/.exec(context.fillStyle);
  if (!found || (context.fillStyle === "#010203" && colour !== "#010203")) return null;
  return found.slice(1).map((hex) => parseInt(hex, 16));
}

const hex = (parts) => "#" + parts.map((part) => part.toString(16).padStart(2, "0")).join("");

function inverted([red, green, blue]) {
  const [r, g, b] = [red / 255, green / 255, blue / 255];
  const high = Math.max(r, g, b);
  const low = Math.min(r, g, b);
  const light = (high + low) / 2;
  const range = high - low;
  const saturation = range === 0 ? 0 : range / (1 - Math.abs(2 * light - 1));
  const hue = range === 0 ? 0
    : high === r ? ((g - b) / range + 6) % 6
    : high === g ? (b - r) / range + 2 : (r - g) / range + 4;
  // Not wholly black, like the page.
  return `hsl(${Math.round(hue * 60)} ${Math.round(saturation * 80)}% ${Math.round(8 + (1 - light) * 84)}%)`;
}
