#!/usr/bin/env python3
"""The diagrams' grammar is the parser's.

Two ways, for docs/site/grammar.py reshapes Bison's rules before it draws them. Rule by rule, all texts
of up to LENGTH symbols are made by the rules as Bison has them and by the expression that is drawn: the
two sets are equal. And whole texts made at random by the drawn expressions are policies to splc, as far as
syntax goes.
"""

import argparse
import random
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs/site"))
import grammar  # noqa: E402

PARSER = ROOT / "spl/syntax/parser.yy"
LENGTH = 5
DEEP = 6  # from here on the shortest texts
SPELT = {"<statecall>": "Ping", "<identifier>": "name", "<integer>": "3", "<string>": '"file.spl"'}
SPLC = None


def by_rules(name, rules, length):
    """The texts of a rule, in which other drawn rules count as symbols."""
    expanded = grammar.INLINED | {name}
    texts = {rule: set() for rule in rules}
    while True:
        before = {rule: len(found) for rule, found in texts.items()}
        for rule in expanded & set(rules):
            for alternative in rules[rule]:
                texts[rule] |= joined([texts[s] if s in expanded else {(s,)} for s in alternative], length)
        if before == {rule: len(found) for rule, found in texts.items()}:
            return texts[name]


def by_expression(name, expression, length):
    """The same by what is drawn."""
    own = set()
    while True:
        found = texts_of(expression, name, own, length)
        if found == own:
            return own
        own = found


def texts_of(node, name, own, length):
    kind = node[0]
    if kind in ("token", "rule"):
        return own if node[1] == name and kind == "rule" else {(node[1],)}
    parts = [texts_of(part, name, own, length) if part is not None else {()} for part in node[1:]]
    if kind == "seq":
        return joined(parts, length)
    if kind == "alt":
        return set().union(*parts)
    if kind == "opt":
        return parts[0] | {()}
    found, again = set(parts[0]), joined([parts[1], parts[0]], length)
    while True:
        more = found | joined([found, again], length)
        if more == found:
            return found
        found = more


def joined(parts, length):
    found = {()}
    for part in parts:
        found = {a + b for a in found for b in part if len(a) + len(b) <= length}
    return found


class Grammar(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rules, cls.levels = grammar.read_rules(PARSER)
        cls.drawn = grammar.expressions(cls.rules)
        cls.costs = {}

    def test_every_rule_is_drawn_or_stands_in_another(self):
        self.assertEqual(set(self.rules), set(self.drawn) | (grammar.INLINED & set(self.rules)))
        self.assertEqual(grammar.INLINED - set(self.rules), set(), "rules that are gone")

    def test_the_languages_are_the_same(self):
        total = 0
        for name, expression in self.drawn.items():
            # Operators make many texts: the shorter ones will do.
            length = {"expr": 4, "formula": 4}.get(name, LENGTH)
            for shorter in range(1, length + 3 if name not in ("expr", "formula") else length + 1):
                expected = by_rules(name, self.rules, shorter)
                self.assertEqual(expected, by_expression(name, expression, shorter), name)
                if expected:
                    total += len(expected)
        self.assertGreater(total, 2000)

    def test_a_lost_alternative_is_noticed(self):
        for name, expression in self.drawn.items():
            if expression[0] != "alt":
                continue
            lost = ("alt", *expression[2:])
            self.assertNotEqual(by_rules(name, self.rules, 7), by_expression(name, lost, 7), name)

    def test_splc_reads_what_the_diagrams_make(self):
        chance = random.Random(8)
        for _ in range(60):
            text = " ".join(self.some("declarations", chance, 0))
            done = subprocess.run([SPLC, "check", "-"], input=text, capture_output=True, text=True, check=False)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertNotIn("SPL0007", done.stderr, text)

    def some(self, name, chance, depth):
        """A text of a rule; the deeper, the plainer."""
        return self.pick(self.drawn[name], chance, depth + 1)

    def pick(self, node, chance, depth):
        kind = node[0]
        if kind == "token":
            return [SPELT.get(node[1], node[1][1:-1])]
        if kind == "rule":
            return self.some(node[1], chance, depth)
        if kind == "seq":
            return [word for part in node[1:] for word in self.pick(part, chance, depth)]
        if kind == "alt":
            least = min(node[1:], key=self.cost)
            return self.pick(least if depth > DEEP else chance.choice(node[1:]), chance, depth)
        if kind == "opt":
            return [] if depth > DEEP or chance.random() < 0.4 else self.pick(node[1], chance, depth)
        words = self.pick(node[1], chance, depth)
        while depth <= DEEP and chance.random() < 0.4:
            words += (self.pick(node[2], chance, depth) if node[2] else []) + self.pick(node[1], chance, depth)
        return words

    def cost(self, node, path=()):
        """How many words a shortest text has; without end where only a rule's own texts lead."""
        if (node, path) not in self.costs:
            self.costs[node, path] = self.cost_of(node, path)
        return self.costs[node, path]

    def cost_of(self, node, path):
        kind = node[0]
        if kind == "token":
            return 1
        if kind == "rule":
            return float("inf") if node[1] in path else self.cost(self.drawn[node[1]], (*path, node[1]))
        if kind == "opt":
            return 0
        if kind == "loop":
            return self.cost(node[1], path)
        costs = [self.cost(part, path) for part in node[1:]]
        return min(costs) if kind == "alt" else sum(costs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--splc", required=True)
    options, rest = parser.parse_known_args()
    SPLC = options.splc
    unittest.main(argv=[sys.argv[0], *rest])
