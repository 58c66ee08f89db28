"""The grammar of the language, as Bison tells it, made fit to be read.

Bison's XML report of spl/syntax/parser.yy has the rules that the parser runs on. Rules that are there
to recover from errors are left out, lists that recur are made loops, and small rules are put where
they are used. Nothing of the grammar is written down here a second time but which rules are small
(INLINED) and which have a better name (RENAMED); tests/docs/grammar_test.py holds that the outcome has the
same language, rule by rule.

An expression is a tuple: ("token", text), ("rule", name), ("seq", a, b, ...), ("alt", a, b, ...),
("opt", a), ("loop", a, separator or None) for once or more.
"""

import subprocess
import tempfile
import textwrap
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import links
import railroad

EMPTY = ("seq",)
# Rules that have no diagram of their own: they stand where they are used.
INLINED = {"param_list", "params", "statecall_list", "statecalls", "name_list", "names", "ident",
           "statecall_name", "initial", "or", "guard_opt", "bound", "bare_block", "statements",
           "bounds_opt"}
RENAMED = {"declarations": "policy", "routine_head": "routine head", "param": "parameter",
           "param_type": "type", "signed_int": "number", "expr": "expression"}
NOT_THE_USERS = {"$accept", "start"}


def read_rules(parser):
    """{name: [[symbol, ...], ...]} and [(level, associativity, [token, ...])], loosest first."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "grammar.xml"
        done = subprocess.run(["bison", f"--xml={report}", "-o", f"{scratch}/parser.cc", str(parser)],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise links.Problem(f"bison: {done.stderr}")
        tree = ElementTree.parse(report)
    rules = {}
    for rule in tree.iter("rule"):
        symbols = [_symbol(s.text) for s in rule.find("rhs").findall("symbol")]
        name = rule.find("lhs").text
        if name not in NOT_THE_USERS and "error" not in symbols:
            rules.setdefault(name, []).append(symbols)
    levels = {}
    for terminal in tree.iter("terminal"):
        # A terminal without a spelling ("UMINUS") only names a level.
        if terminal.get("prec"):
            level = levels.setdefault(int(terminal.get("prec")), (terminal.get("assoc"), []))
            level[1].append(_symbol(terminal.get("name")))
    return rules, [(number, *levels[number]) for number in sorted(levels)]


def _symbol(text):
    """Bison's spelling of a symbol as ours: tokens in quotes, classes of tokens in angle brackets."""
    if text.startswith('"'):
        inner = text[1:-1]
        return inner if inner.startswith("'") else f"<{inner}>"
    return text


def is_token(symbol):
    return symbol[0] in "'<"


def expressions(rules):
    """{name: expression} of the rules that get a diagram, in the order in which they are used."""
    whole = {name: _expression(name, alternatives) for name, alternatives in rules.items()}
    order, queue = [], ["declarations"]
    while queue:
        name = queue.pop(0)
        if name not in order:
            order.append(name)
            whole[name] = tidy(_inline(whole[name], whole))
            queue[:0] = [r for r in _rules_in(whole[name]) if r not in order]
    return {name: whole[name] for name in order}


def _expression(name, alternatives):
    """One rule; if it begins with itself, as a loop."""
    base = [a for a in alternatives if a[:1] != [name]]
    rest = [a[1:] for a in alternatives if a[:1] == [name]]
    first = factored(base)
    if not rest:
        return first
    if base == [[]]:                               # nothing, or more of it
        return ("opt", ("loop", factored(rest), None))
    if all(a[-1:] == [name] for a in rest):        # operands and operators between them
        return ("loop", first, factored([a[:-1] for a in rest]))
    if len(base) == 1 and all(a[-len(base[0]):] == base[0] for a in rest):
        return ("loop", first, factored([a[:-len(base[0])] for a in rest]))
    return ("seq", first, ("opt", ("loop", factored(rest), None)))


def factored(alternatives):
    """Alternatives with what they have in common at either end said once."""
    if len(alternatives) == 1:
        return ("seq", *map(_leaf, alternatives[0]))
    groups = {}
    for alternative in alternatives:
        groups.setdefault(alternative[0] if alternative else None, []).append(alternative)
    if len(groups) == 1:
        return ("seq", _leaf(alternatives[0][0]), factored([a[1:] for a in alternatives]))
    ends = {tuple(a[-1:]) for a in alternatives}
    if len(ends) == 1 and () not in ends:
        return ("seq", factored([a[:-1] for a in alternatives]), _leaf(alternatives[0][-1]))
    branches = [factored(group) for first, group in groups.items() if first is not None]
    choice = branches[0] if len(branches) == 1 else ("alt", *branches)
    return ("opt", choice) if None in groups else choice


def _leaf(symbol):
    return ("token", symbol) if is_token(symbol) else ("rule", symbol)


def _inline(node, whole):
    if node[0] == "rule" and node[1] in INLINED:
        return _inline(whole[node[1]], whole)
    return tuple(_inline(part, whole) if isinstance(part, tuple) else part for part in node)


def tidy(node):
    """The same without sequences of one, sequences in sequences, and choices in choices."""
    if node[0] in ("token", "rule"):
        return node
    parts = [tidy(part) if isinstance(part, tuple) else part for part in node[1:]]
    if node[0] in ("seq", "alt"):
        flat = []
        for part in parts:
            flat += part[1:] if part[0] == node[0] else [part]
        flat = _once_or_more(flat) if node[0] == "seq" else flat
        return flat[0] if len(flat) == 1 else (node[0], *flat)
    if node[0] == "opt" and parts[0][0] == "opt":
        return parts[0]
    return (node[0], *parts)


def _once_or_more(parts):
    """A sequence whose end is said once, and then any number of times: once or more."""
    if not parts or parts[-1][0] != "opt" or parts[-1][1][0] != "loop" or parts[-1][1][2] is not None:
        return parts
    again = parts[-1][1][1]
    again = list(again[1:]) if again[0] == "seq" else [again]
    start = len(parts) - 1 - len(again)
    return [*parts[:start], parts[-1][1]] if start >= 0 and parts[start:-1] == again else parts


def _rules_in(node):
    if node[0] == "rule":
        return [node[1]]
    return [name for part in node[1:] if isinstance(part, tuple) for name in _rules_in(part)]


def display(name):
    return RENAMED.get(name, name).replace("_", " ")


def text_of(node, outer=False):
    """An expression as EBNF: [ ] may be left out, { } any number of times."""
    kind = node[0]
    if kind == "token":
        return node[1][1:-1].upper() if node[1][0] == "<" else f'"{node[1][1:-1]}"'
    if kind == "rule":
        return display(node[1]).replace(" ", "-")
    if kind == "seq":
        return " ".join(text_of(part) for part in node[1:])
    if kind == "alt":
        inner = " | ".join(text_of(part, True) for part in node[1:])
        return inner if outer else f"( {inner} )"
    if kind == "opt":
        if node[1][0] == "loop" and node[1][2] is None:
            return "{ " + text_of(node[1][1], True) + " }"
        return "[ " + text_of(node[1], True) + " ]"
    again = text_of(node[1]) if node[2] is None else f"{text_of(node[2])} {text_of(node[1])}"
    return f"{text_of(node[1])} {{ {again} }}"


def section(tools):
    """The page's part: a diagram and its text for each rule, then the precedence of operators."""
    rules, levels = read_rules(tools.root / "spl/syntax/parser.yy")
    out = []
    for name, node in expressions(rules).items():
        out += [f"### {display(name)} {{#rule-{name}}}", "",
                railroad.diagram(node, display(name), text_of(node, True), display), "",
                "``````text", f"{display(name).replace(' ', '-')} = {_wrapped(node)}", "``````", ""]
    out += ["### Precedence", "", "Operators, the loosest first:", "",
            "| | operators | groups |", "|---|---|---|"]
    for number, (_, associativity, tokens) in enumerate(levels, 1):
        spelt = " ".join(f"`{_cell(t[1:-1])}`" for t in tokens if t.startswith("'"))
        group = {"left": "from the left", "right": "from the right"}.get(associativity, "before its operand")
        if spelt:
            out.append(f"| {number} | {spelt} | {group} |")
    return "\n".join(out) + "\n"


def _cell(text):
    return text.replace("|", "\\|")


def _wrapped(node):
    """Alternatives of a rule on lines of their own."""
    parts = node[1:] if node[0] == "alt" else [node]
    return "\n  | ".join("\n      ".join(textwrap.wrap(text_of(part, True), 72)) for part in parts)
