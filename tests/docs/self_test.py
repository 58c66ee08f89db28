#!/usr/bin/env python3
"""What looks at the documentation notices when something is wrong with it."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs/site"))
import check  # noqa: E402
import languages  # noqa: E402
import links  # noqa: E402
import markdown_blocks  # noqa: E402

SPLC = os.path.abspath(sys.argv.pop(1))


class Blocks(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        directory = Path(self.scratch.name).resolve()
        (directory / "bin").mkdir()
        (directory / "bin/splc").symlink_to(SPLC)
        environment = {**os.environ, "PATH": f"{directory}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        self.place = languages.Place(directory, environment, {"cpp": ["g++", "-std=c++20"], "c": ["gcc"]})

    def run_page(self, text):
        _, blocks = markdown_blocks.read("page.md", text)
        for block in blocks:
            languages.test(block, self.place)
        return blocks

    def wrong(self, text, message):
        with self.assertRaisesRegex(languages.Wrong, message):
            self.run_page(text)

    def test_good_blocks_pass(self):
        self.run_page('```spl title="a.spl"\nautomaton a() { Ping; }\n```\n'
                      "```console\n$ splc check a.spl\na.spl: ok (...\n```\n".replace("(...", "(1 automaton, 1 statecall, 0 properties)")
                      + "```json\n{}\n```\n```cpp\nint f();\n```\n```c\nint f(void);\n```\n"
                      "```sh\necho one\necho two\n```\n<!-- block: output -->\n```text\none\n...\n```\n")

    def test_wrong_output(self):
        self.wrong("```console\n$ echo one\ntwo\n```\n", "prints something else")
        self.wrong("```console\n$ echo one; echo two\none\n```\n", "prints something else")
        self.wrong("```console\n$ true\none\n...\n```\n", "prints something else")
        self.wrong("```sh\necho one\n```\n<!-- block: output -->\n```text\ntwo\n```\n", "prints something else")
        self.wrong('<!-- block: of="echo one" -->\n```text\ntwo\n```\n', "prints something else")

    def test_times_are_not_compared_but_other_numbers_are(self):
        self.run_page("```console\n$ echo 3 of 0.25 s, 6 MB\n3 of 0.31 s, 7 MB\n```\n")
        self.wrong("```console\n$ echo 3 of 0.25 s\n4 of 0.25 s\n```\n", "prints something else")

    def test_wrong_status(self):
        self.wrong("```console\n$ false\n```\n", "ended with 1, not 0")
        self.wrong("<!-- block: exit=1 -->\n```sh\ntrue\n```\n", "exit status 0")
        self.wrong("```sh\nfalse\ntrue\n```\n", "exit status 1")

    def test_wrong_code(self):
        self.wrong("```spl\nautomaton a() { Ping }\n```\n", "SPL0007")
        self.wrong("```spl\nautomaton a(int n) { Ping; }\n```\n", "SPL0108")
        self.wrong("<!-- block: expect=SPL0108 -->\n```spl\nautomaton a() { Ping; }\n```\n", "found \\[\\]")
        self.wrong("<!-- block: fragment=statements -->\n```spl\nPing\n```\n", "SPL0007")
        self.wrong("```cpp\nint f() { return unknown; }\n```\n", "page.md:2:18")
        self.wrong("```c\nint f(void) { int x = 1; return y; }\n```\n", "does not compile")
        self.wrong("```json\n{\n```\n", "no JSON")

    def test_nothing_is_passed_over(self):
        self.wrong("```\nwhat is this\n```\n", "no test for the language ''")
        self.wrong("```python\npass\n```\n", "no test for the language 'python'")
        self.wrong("```text\nwho says so\n```\n", "nothing tests it")
        self.wrong('```text title="a.map"\nnobody reads it\n```\n', "nothing tests it")
        for page, message in (("Text:\n\n    code\n", "by indentation"), ("```sh\ntrue\n", "not closed"),
                              ("<!-- block: skip: -->\n```sh\ntrue\n```\n", "reason|cannot read"),
                              ("<!-- block -->\n```sh\ntrue\n```\n", "cannot read")):
            with self.assertRaisesRegex(markdown_blocks.Malformed, message):
                markdown_blocks.read("page.md", page)

    def test_the_repository_is_not_written_to(self):
        (self.place.directory / "examples").symlink_to(ROOT / "examples")
        self.wrong('```spl title="examples/no.spl"\nautomaton a() { Ping; }\n```\n', "into the repository")
        self.assertFalse((ROOT / "examples/no.spl").exists())


class Site(unittest.TestCase):
    def problems(self, **pages):
        with tempfile.TemporaryDirectory() as scratch:
            for name, text in pages.items():
                Path(scratch, name.replace("__", ".")).write_text(text, encoding="utf-8")
            return "\n".join(check.problems(Path(scratch)))

    def test_what_is_fetched_from_elsewhere(self):
        for text in ('<script src="https://cdn.example/x.js"></script>', '<script src="//cdn.example/x.js"></script>',
                     '<link rel="stylesheet" href="https://fonts.example/css">', '<img src="http://example/x.png">',
                     '<link rel="preconnect" href="https://fonts.example">',
                     '<style>@import "https://example/x.css";</style>', '<svg><image href="https://example/x.png"/></svg>',
                     '<p style="background: url(https://example/x.png)">', '<img srcset="https://example/x.png 2x">'):
            self.assertIn("fetches", self.problems(a__html=text), text)
        self.assertIn("fetches", self.problems(a__html="<p>", b__css='a { background: url("https://example/x.png") }'))
        self.assertIn("drawn by a script", self.problems(a__html='<pre class="mermaid">'))

    def test_links_arrive(self):
        self.assertEqual(self.problems(a__html='<a href="b.html#x">x</a><a href="https://example/">y</a>',
                                       b__html='<p id="x">'), "")
        self.assertIn("not there", self.problems(a__html='<a href="c.html">x</a>'))
        self.assertIn("no such anchor", self.problems(a__html='<a href="b.html#y">x</a>', b__html='<p id="x">'))
        self.assertIn("not there", self.problems(a__html='<img src="x.png">'))
        self.assertIn("no pages", self.problems())

    def test_links_of_the_forge(self):
        linker = links.Linker(ROOT)
        linker.rewrite("docs/language.md", "[a](nowhere.md) [b](verification.md#no-such-heading)\n[c](../examples/ping.spl)")
        self.assertEqual(len(linker.problems), 2, linker.problems)
        self.assertEqual(linker.files, {"examples/ping.spl"})


if __name__ == "__main__":
    unittest.main()
