"""The runtime's interface, out of the comments of its headers.

A small reader for the way in which these headers are written: a comment at the head of the file, `///`
before what is public, `namespace detail` around what is not. It is no C++ parser; what it cannot
read it refuses, so a header that outgrows it is noticed.
"""

import re

import links

# In the order in which somebody meets them. A header that is in neither list is a problem.
PUBLIC = ["verdict", "monitor", "statecall_set", "names", "explain", "bad_statecall", "observers",
          "flight_recorder", "mode", "snapshot", "monitor_map", "key_hash", "fuzz"]
INTERNAL = {"tables", "config_set", "cost", "observing", "printer", "json",
            "version"}  # macros only: docs/versioning.md


def section(tools):
    """A heading for each header, its contract, and its declarations."""
    directory = tools.root / "runtime/include/spl/rt"
    unknown = {p.stem for p in directory.glob("*.hpp")} ^ set(PUBLIC) ^ INTERNAL
    if unknown:
        raise links.Problem(f"docs/site/headers.py: say whether these are public: {sorted(unknown)}")
    out = []
    for name in PUBLIC:
        text = (directory / f"{name}.hpp").read_text(encoding="utf-8")
        out += [f"## spl/rt/{name}.hpp {{#{name}}}", "", _head(text), ""]
        for declaration in Reader(text, f"{name}.hpp").declarations():
            out += _shown(declaration, "")
    return "\n".join(out)


def _head(text):
    """The comment at the head of the file as Markdown; what is indented in it is code."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("//"):
            break
        lines.append(line.removeprefix("//").removeprefix(" "))
    out, code = [], []
    for line in [*lines, ""]:
        if line.startswith("  "):
            code.append(line)
            continue
        if code:
            out += ["", "```cpp", *(c.removeprefix("  ") for c in code), "```", ""]
            code = []
        out.append(line)
    return "\n".join(out).strip()


def _shown(declaration, within):
    doc, signature, members = declaration
    name = _name(signature)
    out = []
    if not within:
        out += [f"### {name}", ""] if name else []
    if members is None:
        return [*out, "```cpp", signature, "```", "", *([doc, ""] if doc else [])]
    out += ["```cpp", signature, "```", "", *([doc, ""] if doc else [])]
    for member in members:
        out += ['<div class="member" markdown="1">', "", *_shown(member, name), "</div>", ""]
    return out


def _name(signature):
    signature = _without_template(signature)
    match = re.match(r"(?:class|struct|enum class|enum)\s+([\w:]+)", signature.strip())
    if match:
        return match.group(1)
    match = re.search(r"(\w+|operator\W+)\s*\(", signature) or re.search(r"(\w+)\s*(=|;|$)", signature)
    return match.group(1).strip() if match else ""


def _without_template(signature):
    """A declaration without what stands before it: template <...>, with what is nested in it."""
    while signature.startswith("template"):
        depth = 0
        for at, c in enumerate(signature):
            depth += (c == "<") - (c == ">")
            if c == ">" and depth == 0:
                break
        signature = re.sub(r"^requires[^\n]*\n", "", signature[at + 1:].lstrip())
    return signature


class Reader:
    """Declarations as (documentation, signature, members or None)."""

    def __init__(self, text, file):
        self.file = file
        self.text = re.sub(r"^#.*?(?<!\\)$", "", text, flags=re.M)
        self.at = 0

    def declarations(self, until="", access="public"):
        """All public declarations up to the closing brace `until`."""
        found, doc = [], []
        while True:
            self._space()
            if self.at >= len(self.text):
                return found
            if self.text[self.at] == "}":
                self.at += 1
                return found
            line = self.text[self.at:].split("\n", 1)[0]
            label = re.match(r"(public|private|protected):", line)
            if line.startswith("//"):
                if line.startswith("///"):
                    doc.append(line.removeprefix("///").removeprefix(" "))
                elif doc:
                    doc = []
                self.at += len(line)
            elif label:
                access, doc = label.group(1), []
                self.at += label.end()
            else:
                found += self._declaration("\n".join(doc), access == "public")
                doc = []

    def _declaration(self, doc, public):
        start = self.at
        end = self._until("{;")
        head = self.text[start:end]
        if self.text[end] == ";":
            self.at = end + 1
            worth_showing = public and (doc or "(" in head) and not self._hidden(head)
            return [(doc, self._signature(head) + ";", None)] if worth_showing else []
        if head.startswith("namespace"):
            self.at = end + 1
            if re.match(r"namespace spl(::rt(::fuzz)?)?\s*$", head):
                return self.declarations("}")
            self.at = self._matching(end)
            return []
        plain = _without_template(head)
        if re.match(r"enum\b", plain):
            self.at = self._matching(end)
            whole = self.text[start:self.at]
            self.at = self.text.index(";", self.at) + 1
            return [(doc, self._dedent(whole) + ";", None)] if public else []
        if re.match(r"(class|struct)\b", plain) and "(" not in plain.split("requires")[0]:
            self.at = end + 1
            members = self.declarations("}", "private" if plain.startswith("class") else "public")
            self.at = self.text.index(";", self.at) + 1
            shown = public and doc
            return [(doc, self._signature(head), members)] if shown else []
        self.at = self._matching(end)
        if self.text[self.at:self.at + 1] == ";":
            self.at += 1
        shown = public and not self._hidden(head) and (doc or "(" in head)
        return [(doc, self._signature(head), None)] if shown else []

    @staticmethod
    def _hidden(head):
        return bool(re.search(r"= delete|= default|^using |^friend |static_assert|^extern ", head))

    def _space(self):
        while self.at < len(self.text) and (self.text[self.at].isspace() or self.text[self.at] == ";"):
            self.at += 1

    def _until(self, stops):
        """The first of these characters outside of parentheses, comments and literals."""
        depth, at = 0, self.at
        while at < len(self.text):
            c = self.text[at]
            if self.text.startswith("//", at):
                at = self.text.index("\n", at)
                continue
            if c in "\"'" and not (c == "'" and self.text[at - 1].isdigit()):
                at = self._literal(at)
                continue
            depth += (c in "([") - (c in ")]")
            if depth == 0 and c in stops:
                return at
            at += 1
        raise links.Problem(f"{self.file}: docs/site/headers.py cannot read it")

    def _literal(self, at):
        quote, at = self.text[at], at + 1
        while self.text[at] != quote:
            at += 2 if self.text[at] == "\\" else 1
        return at + 1

    def _matching(self, brace):
        """Behind the brace that closes the one at `brace`."""
        saved, depth = self.at, 0
        self.at = brace
        while True:
            at = self._until("{}") if self.text[self.at] not in "{}" else self.at
            depth += 1 if self.text[at] == "{" else -1
            self.at = at + 1
            if depth == 0:
                end, self.at = self.at, saved
                return end
            if self.text[self.at] not in "{}":
                # Parentheses may be left open by where we stand; count from here.
                self.at = self._plain(self.at)

    def _plain(self, at):
        """The next brace, whatever parentheses are about."""
        while self.text[at] not in "{}":
            if self.text.startswith("//", at):
                at = self.text.index("\n", at)
            elif self.text[at] in "\"'" and not (self.text[at] == "'" and self.text[at - 1].isdigit()):
                at = self._literal(at)
            else:
                at += 1
        return at

    def _signature(self, head):
        head = re.sub(r"\bSPL_RT_(INLINE|COLD)\s*", "", head)
        # A constructor's initialisers are no part of its contract.
        head = re.sub(r"\)\s*(noexcept(\([^()]*\))?)?\s*:\s+\w+\(.*$", r") \1", head, flags=re.S)
        return self._dedent(head)

    @staticmethod
    def _dedent(text):
        lines = text.rstrip().split("\n")
        rest = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
        cut = min(rest, default=0)
        if lines[0].startswith("enum") or len(lines) > 1 and lines[-1].strip() == "}":
            cut = len(lines[-1]) - len(lines[-1].lstrip())
            return "\n".join([lines[0], *(line[cut:] for line in lines[1:])])
        indent = 0 if lines[0].startswith("template") else 4
        return "\n".join([lines[0], *(" " * indent + line[cut:] for line in lines[1:])])
