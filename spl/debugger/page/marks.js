// A line's statements marked exactly: its tokens, cut where a mark begins or ends.
import { el } from "./dom.js";

const width = (letter) => {
  const point = letter.codePointAt(0);
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
};

/** Where a column is in a line's text. Columns count bytes of UTF-8, from 1. */
export function indexOfColumn(text, column) {
  let bytes = 1;
  let at = 0;
  for (const letter of text) {
    if (bytes >= column) break;
    bytes += width(letter);
    at += letter.length;
  }
  return at;
}

/** What a place ([file, line, column, end_line, end_column]) covers of a line: [from, to]; null: nothing. */
export function spanOn([, line, column, endLine, endColumn], number, text) {
  if (number < line || number > endLine) return null;
  const from = number === line ? indexOfColumn(text, column) : text.length - text.trimStart().length;
  const to = number === endLine ? indexOfColumn(text, endColumn) : text.length;
  return to > from ? [from, to] : null;
}

/** Nodes for the tokens ([kind, text]) of a line; spans: [[from, to, class], ...]. */
export function markedLine(tokens, spans) {
  const length = tokens.reduce((sum, [, text]) => sum + text.length, 0);
  const cuts = [...new Set([0, length, ...spans.flatMap(([from, to]) => [from, to])])].sort((a, b) => a - b);
  return cuts.slice(0, -1).flatMap((from, i) => {
    const to = cuts[i + 1];
    const classes = [...new Set(spans.filter((span) => span[0] <= from && span[1] >= to).map((span) => span[2]))];
    const inside = pieces(tokens, from, to);
    return classes.length > 0 ? [el("mark", { class: classes.join(" ") }, ...inside)] : inside;
  });
}

/** The tokens between two places of a line. */
function pieces(tokens, from, to) {
  const out = [];
  let at = 0;
  for (const [kind, text] of tokens) {
    const part = text.slice(Math.max(0, from - at), Math.max(0, to - at));
    at += text.length;
    if (part !== "") out.push(kind ? el("span", { class: "token-" + kind, text: part }) : document.createTextNode(part));
  }
  return out;
}
