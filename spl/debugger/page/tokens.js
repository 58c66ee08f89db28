// Colours for SPL: its tokens as spl/syntax/lexer.ll has them, without their meaning.

const KEYWORDS = new Set(("automaton function statecalls import property bool int multiple optional " +
  "always_allow either or during handle do until while exit abort").split(" "));
const OPERATORS = new Set(("not and or implies iff always eventually next X until U weak_until W once " +
  "since precedes responds_to never reachable finished").split(" "));
const PATTERN =
  /(\/\/[^\n]*)|(\/\*)|("[^"\n]*"?)|([A-Za-z_][A-Za-z0-9_]*)|([0-9]+)|(<->|->|<>|\[\]|&&|\|\||[=!<>]=|\.\.|[{}();,.:!<>=+*\/-])/g;

/** Where the comment that starts at `start` ends; comments nest. */
function commentEnd(text, start) {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let found = edge.exec(text); found; found = edge.exec(text)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return text.length;
}

/** [[kind, text], ...] that together are `text`; kind "" for what has no colour. */
export function tokens(text) {
  const out = [];
  let inProperty = false;
  let at = 0;
  const put = (kind, end) => {
    if (end > at) out.push([kind, text.slice(at, end)]);
    at = end;
  };
  PATTERN.lastIndex = 0;
  for (let found = PATTERN.exec(text); found; found = PATTERN.exec(text)) {
    put("", found.index);
    const [whole, line, block, string, word, integer] = found;
    let end = found.index + whole.length;
    if (block) end = PATTERN.lastIndex = commentEnd(text, found.index);
    let kind = "";
    if (line || block) kind = "comment";
    else if (string) kind = "string";
    else if (integer) kind = "number";
    else if (word) {
      if (word === "automaton" || word === "function") inProperty = false;
      if (word === "property") inProperty = true;
      if (word === "true" || word === "false") kind = "number";
      else if (KEYWORDS.has(word) || (inProperty && OPERATORS.has(word))) kind = "keyword";
      else if (/^[A-Z]/.test(word)) kind = "statecall";
    } else if (whole === ";" || whole === "{") inProperty = false;
    put(kind, end);
  }
  put("", text.length);
  return out;
}

/** The same line by line: [[[kind, text], ...], ...]. */
export function tokenLines(text) {
  const lines = [[]];
  for (const [kind, piece] of tokens(text)) {
    piece.split("\n").forEach((part, i) => {
      if (i > 0) lines.push([]);
      if (part !== "") lines.at(-1).push([kind, part.replace(/\r$/, "")]);
    });
  }
  return lines;
}
