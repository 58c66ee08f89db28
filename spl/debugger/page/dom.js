// Elements by hand. Text gets into the page here and only as text: there is no innerHTML anywhere.

/** el("li", {class: "x", role: "option", onclick: f, text: "..."}, child, ...) */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  return put(node, ...children);
}

/** node.append() that leaves out null. */
export function put(node, ...children) {
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export const byId = (id) => document.getElementById(id);

/** Touches the page only if that changes something: screen readers hear every change. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
  if (value === null || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

export const number = new Intl.NumberFormat("en").format;

/** "1 step", "2 steps" */
export const plural = (count, one, many = one + "s") => `${number(count)} ${count === 1 ? one : many}`;

/** "12:03:04.123" of microseconds since 1970; "" for 0, which means unknown. */
export function clock(microseconds) {
  if (!microseconds) return "";
  const date = new Date(microseconds / 1000);
  const two = (value) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.` +
    String(date.getMilliseconds()).padStart(3, "0");
}

/** What a statecall's name says of its way; the rest of the name is what it is called. */
export function direction(name) {
  const found = /^(Receive|Transmit)_/.exec(name);
  if (!found) return { kind: "local", arrow: "●", words: "local event", prefix: "", rest: name };
  const prefix = found[0];
  return found[1] === "Receive"
    ? { kind: "in", arrow: "→", words: "from the peer", prefix, rest: name.slice(prefix.length) }
    : { kind: "out", arrow: "←", words: "to the peer", prefix, rest: name.slice(prefix.length) };
}

/** The name with its prefix apart, as children for el(). */
export function nameParts(name) {
  const { prefix, rest } = direction(name);
  // Long names break behind their underscores.
  const pieces = rest.split(/(?<=_)/).slice(0, 50);
  const joined = pieces.length < 50 ? pieces : [rest];
  return [prefix ? el("span", { class: "prefix", text: prefix }) : null, prefix ? el("wbr") : null,
    ...joined.flatMap((piece, i) => [i > 0 ? el("wbr") : null, document.createTextNode(piece)])];
}
