#!/usr/bin/env python3
"""The words that each editor colours or reserves are the compiler's: those of spl/syntax/lexer.ll.

    words_test.py SOURCE_DIRECTORY
"""

import json
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1))
EDITORS = ROOT / "spl/editors"
LITERALS = {"true", "false"}


def compilers_words():
    """(words of policies, words of properties)."""
    lexer = (ROOT / "spl/syntax/lexer.ll").read_text(encoding="utf-8")
    tables = {name: set(re.findall(r'\{"(\w+)", \[\]', body))
              for name, body in re.findall(r"(kWords|kKeywords)\[\] = \{\n(.*?)\n  \};", lexer, re.S)}
    return tables["kKeywords"], tables["kWords"]


POLICY, FORMULA = compilers_words()


def quoted(text):
    return set(re.findall(r'"(\w+)"', text))


def words_of_patterns(patterns):
    """The words of regular expressions that are nothing but \\b(?:one|or|more)\\b, and groups of a routine's."""
    words = set()
    for pattern in patterns:
        for alternatives in re.findall(r"\\b\(?(?:\?:)?([\w|]+)\)?\\b", pattern):
            words |= set(alternatives.split("|"))
    return words


class Words(unittest.TestCase):
    def test_the_compilers(self):
        self.assertGreater(len(POLICY), 20)
        self.assertGreater(len(FORMULA), 20)
        self.assertLessEqual(LITERALS, POLICY & FORMULA)

    def test_tree_sitter(self):
        scanner = (EDITORS / "tree-sitter-spl/src/scanner.c").read_text(encoding="utf-8")
        table = dict(re.findall(r"(policy|formula)_words\[\] = \{(.*?)\};", scanner, re.S))
        self.assertEqual(quoted(table["policy"]), POLICY)
        # The three that end a property whose semicolon is missing.
        self.assertEqual(quoted(table["formula"]), FORMULA | {"automaton", "function", "property"})
        longest = int(re.search(r"LONGEST_WORD = (\d+)", scanner).group(1))
        self.assertEqual(longest, max(map(len, POLICY | FORMULA)))

    def test_vim(self):
        syntax = (EDITORS / "vim/syntax/spl.vim").read_text(encoding="utf-8").replace("\n      \\", "")
        outside, inside = {"property"}, set()  # property begins a region
        for line in re.findall(r"^syntax keyword (\w+) (.*)$", syntax, re.M):
            group, rest = line
            if group == "splTodo":
                continue
            words = [w for w in rest.split() if not w.startswith(("nextgroup=", "skip"))]
            if words[0] == "contained":
                inside |= set(words[1:])
            else:
                outside |= set(words)
        self.assertIn("/\\<property\\>/", syntax)
        self.assertEqual(outside, POLICY)
        self.assertEqual(inside | LITERALS, FORMULA)

    def test_emacs(self):
        mode = (EDITORS / "emacs/spl-mode.el").read_text(encoding="utf-8")
        outside, inside = (quoted(re.search(rf"\(defconst {name}\n *'\((.*?)\)", mode, re.S).group(1))
                           for name in ("spl--keywords", "spl--formula-words"))
        # Types and literals have colours of their own.
        self.assertEqual(outside | {"bool", "int"} | LITERALS, POLICY)
        self.assertEqual(inside | LITERALS, FORMULA)

    def test_textmate(self):
        grammar = json.loads((EDITORS / "vscode/syntaxes/spl.tmLanguage.json").read_text(encoding="utf-8"))
        repository = grammar["repository"]
        outside = words_of_patterns([p["match"] for p in repository["keywords"]["patterns"]] +
                                    [repository["routine"]["match"], repository["property"]["begin"]])
        self.assertEqual(outside, POLICY)
        inside = words_of_patterns([p["match"] for p in repository["property"]["patterns"]
                                    if re.fullmatch(r"\\b(\(\?:[\w|]+\)|\w+)\\b", p.get("match", ""))])
        self.assertEqual(inside, FORMULA)


unittest.main()
