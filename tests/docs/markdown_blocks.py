"""Code blocks of Markdown pages, with what the page says about them to the tests.

A block is a fence with a language. A comment directly before it tells how it is to be tested:

    <!-- block: skip: why it cannot be run here -->
    <!-- block: expect=SPL0112 -->                       see languages.py for what each language knows
    ```spl title="ping.spl"

`title` is shown to readers; to the tests it is the file that the block is written to, for the blocks
after it. A comment anywhere before, for the whole page:

    <!-- blocks: with=examples/ping.spl setup=NAME -->   files of the repository that the blocks use,
                                                         and a script of tests/docs/setup
"""

import re
import shlex
from dataclasses import dataclass, field

FENCE = re.compile(r"^( *)(`{3,}|~{3,})\s*([\w+-]*)(.*)$")
DIRECTIVE = re.compile(r"^\s*<!-- block: (.*?) -->\s*$")
PAGE_DIRECTIVE = re.compile(r"^\s*<!-- blocks: (.*?) -->\s*$")


class Malformed(Exception):
    """The page says something to the tests that they do not understand."""


@dataclass
class Block:
    page: str
    line: int
    language: str
    text: str
    title: str = ""
    skip: str = ""
    used: bool = False    # a later block names the file that it is written to
    options: dict = field(default_factory=dict)

    @property
    def where(self):
        return f"{self.page}:{self.line}"


def options_of(words):
    """KEY=VALUE and KEY, separated by blanks; values may be quoted."""
    try:
        parts = [word.partition("=") for word in shlex.split(words)]
    except ValueError as error:
        raise Malformed(str(error)) from error
    return {key: value if equals else "yes" for key, equals, value in parts}


def read(page, text):
    """(options of the page, blocks). Code without a fence is malformed: nothing would test it."""
    page_options, blocks = {}, []
    lines = text.split("\n")
    number, before = 0, ""
    while number < len(lines):
        line = lines[number]
        match = FENCE.match(line)
        if match:
            end = _end(page, lines, number, match.group(2))
            blocks.append(_block(page, number, match, lines[number + 1:end], before))
            number, before = end + 1, ""
            continue
        told = PAGE_DIRECTIVE.match(line)
        if told:
            page_options.update(options_of(told.group(1)))
        if _indented_code(lines, number):
            raise Malformed(f"{page}:{number + 1}: code by indentation; use a fence with a language")
        if line.strip():
            before = line
        number += 1
    for place, block in enumerate(blocks):
        block.used = bool(block.title) and any(
            block.title in later.text for later in blocks[place + 1:] if not later.skip)
    return page_options, blocks


def _end(page, lines, start, fence):
    for number in range(start + 1, len(lines)):
        stripped = lines[number].strip()
        if stripped.startswith(fence) and not stripped.strip(fence[0]):
            return number
    raise Malformed(f"{page}:{start + 1}: the block is not closed")


def _block(page, number, match, body, before):
    indent, _, language, rest = match.groups()
    block = Block(page, number + 1, language, "".join(line.removeprefix(indent) + "\n" for line in body))
    title = re.search(r'title="([^"]+)"', rest)
    if title:
        block.title = title.group(1)
    told = DIRECTIVE.match(before)
    if told and told.group(1).startswith("skip:"):
        block.skip = told.group(1).removeprefix("skip:").strip()
        if not block.skip:
            raise Malformed(f"{block.where}: skip needs a reason")
    elif told:
        block.options = options_of(told.group(1))
    elif "<!-- block" in before:
        raise Malformed(f"{block.where}: cannot read '{before.strip()}'")
    return block


def _indented_code(lines, number):
    """A line by four blanks after an empty one, where no list is open."""
    if not re.match(r"    \S", lines[number]) or number == 0 or lines[number - 1].strip():
        return False
    for line in reversed(lines[:number]):
        if re.match(r"\s*([-*+]|\d+\.)\s", line) or re.match(r"(\?\?\?|!!!)", line):
            return False
        if line.strip() and not line.startswith(" "):
            return True
    return True
