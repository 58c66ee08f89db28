"""How a code block of each language is tested.

  spl       splc check accepts it, with no warnings but those of expect=ID,ID
              fragment=statements [vars="int n"]   stands in an automaton
              fragment=declarations                stands beside an automaton
              append=FILE                          stands at the end of this policy
  sh        bash runs it, and every command succeeds
  console   "$ " begins a command, the lines after it are what it prints (both streams). A line "..." is
            any number of lines; seconds and megabytes are not compared. exit=1,0 are the exit statuses
  cpp, c    compiles without warnings
              policy=FILE[,FILE]  with the monitors of these
              prelude=NAME        after tests/docs/preludes/NAME
              in=function         stands in a function
  cmake     configures, as the end of a project, with the installed package
  json      is JSON, one value or one a line
  text, mermaid, promela
              output              what the sh block before it printed
              of="COMMAND"        what this command prints
              then="COMMAND"      this command, which uses the file, succeeds

Of any language: exit=; setup=NAME, which runs tests/docs/setup/NAME.sh first; skip: with a reason. A block
with a title is written to that file; a text with one needs nothing else if a later block uses the file.
"""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

TIMEOUT_SECONDS = 300
PRELUDES = Path(__file__).resolve().parent / "preludes"
SETUPS = Path(__file__).resolve().parent / "setup"
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wno-unused-variable",
            "-Wno-unused-function", "-Wno-unused-but-set-variable"]


class Wrong(Exception):
    """What is wrong with a block."""


class Place:
    """Where the blocks of one page are run: a directory that looks like the repository."""

    def __init__(self, directory, environment, compiler):
        self.directory = directory
        self.environment = environment
        self.compiler = compiler       # {"cpp": [...], "c": [...]}
        self.printed = None            # by the last sh block
        self.updates = None            # {block's line: its text as it should be}, if that is wanted

    def end(self):
        """Ends what the page's commands have left running, which is told by where it runs."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "cwd").resolve(strict=True).is_relative_to(self.directory):
                    os.kill(int(process.name), signal.SIGKILL)
            except OSError:
                continue  # it is gone, or somebody else's

    def run(self, command, stdin=""):
        """(exit status, both streams)."""
        try:
            done = subprocess.run(command, cwd=self.directory, env=self.environment, input=stdin, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                                  timeout=TIMEOUT_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise Wrong(f"not done after {TIMEOUT_SECONDS} s: {command}") from error
        return done.returncode, done.stdout


def test(block, place):
    """Raises Wrong. The block has a language and is not to be skipped."""
    if "setup" in block.options:
        prepare(block.options["setup"], place)
    if block.title:
        goal = place.directory / block.title
        goal.parent.mkdir(parents=True, exist_ok=True)
        if goal.is_symlink() or goal.parent.resolve() != goal.parent:
            raise Wrong(f"'{block.title}' would be written into the repository")
        goal.write_text(block.text, encoding="utf-8")
    if block.language not in TESTS:
        raise Wrong(f"no test for the language '{block.language}': give it a known one, or skip it with a reason")
    TESTS[block.language](block, place)


def prepare(name, place):
    """Runs a script of tests/docs/setup."""
    status, said = place.run(["bash", "-eu", str(SETUPS / f"{name}.sh")])
    if status != 0:
        raise Wrong(f"setup {name}: {said}")


def _spl(block, place):
    options, text = block.options, block.text
    if options.get("fragment") == "statements":
        text = f"automaton fragment({options.get('vars', '')}) {{\n{text}}}\n"
    elif options.get("fragment") == "declarations":
        text += "automaton fragment() { multiple { Fragment; } }\n"
    elif "fragment" in options:
        raise Wrong(f"unknown fragment '{options['fragment']}'")
    if "append" in options:
        text = (place.directory / options["append"]).read_text(encoding="utf-8") + text
    name = block.title or f"block_{block.line}.spl"
    if "append" in options or "fragment" in options:
        name = f"block_{block.line}.spl"
    (place.directory / name).write_text(text, encoding="utf-8")
    status, said = place.run(["splc", "check", "--diagnostics=json", name])
    found = re.findall(r'"id":"(SPL\d+)"[^}]*?"severity":"(\w+)"', said)
    expected = sorted(filter(None, options.get("expect", "").split(",")))
    # A fragment is not whole: only errors count.
    ids = sorted({i for i, severity in found if severity == "error" or "fragment" not in options or i in expected})
    if ids != expected or (status not in (0, 1)):
        _, said = place.run(["splc", "check", name])
        raise Wrong(f"expected {expected or 'no diagnostics'}, found {ids}:\n{said}")


def _sh(block, place):
    status, place.printed = place.run(["bash", "-euo", "pipefail", "-c", block.text])
    if status != int(block.options.get("exit", "0")):
        raise Wrong(f"exit status {status}:\n{place.printed}")


def _console(block, place):
    turns = []
    for line in block.text.rstrip("\n").split("\n"):
        if turns and turns[-1][0].endswith("\\") and not turns[-1][1]:
            turns[-1][0] += "\n" + line
        elif line.startswith("$ "):
            turns.append([line.removeprefix("$ "), []])
        elif turns:
            turns[-1][1].append(line)
        else:
            raise Wrong("begins with no command ('$ ...')")
    statuses = [int(s) for s in block.options.get("exit", "0").split(",")]
    statuses += [0] * (len(turns) - len(statuses))
    text = ""
    for (command, expected), status in zip(turns, statuses):
        found, said = place.run(["bash", "-c", command])
        text += f"$ {command}\n" + (said.rstrip("\n") + "\n" if said.strip() else "")
        if found != status:
            raise Wrong(f"'{command}' ended with {found}, not {status}:\n{said}")
        if place.updates is not None and "..." not in expected:
            place.updates[block.line] = text
        else:
            compare(command, expected, said)


def compare(command, expected, said):
    """Raises Wrong unless `said` is what the page shows."""
    shown = [normal(line) for line in expected]
    real = [normal(line) for line in said.rstrip("\n").split("\n")] if said.strip() else []
    if not _fits(shown, real):
        raise Wrong(f"'{command}' prints something else than the page shows:\n{said}")


def normal(line):
    """A line without what differs from run to run."""
    line = re.sub(r"\d+(\.\d+)? (s|MB)\b", r"N \2", line.rstrip())
    return re.sub(r" {2,}", "  ", line)


def _fits(shown, real):
    if not shown:
        return not real
    if shown[0].strip() == "...":
        return any(_fits(shown[1:], real[n:]) for n in range(len(real) + 1))
    return bool(real) and shown[0] == real[0] and _fits(shown[1:], real[1:])


def _compiled(language):
    def test_compiled(block, place):
        options = block.options
        includes, rest = [], block.text
        if options.get("in") == "function":
            lines = block.text.split("\n")
            includes = [line for line in lines if line.startswith("#include")]
            rest = "\n".join(line for line in lines if not line.startswith("#include"))
            rest = f"void fragment() {{\n{rest}\n}}"
        elif "in" in options:
            raise Wrong(f"unknown in='{options['in']}'")
        head = []
        for policy in filter(None, options.get("policy", "").split(",")):
            extra = ["--lang=c"] if language == "c" else []
            status, said = place.run(["splc", "cpp", *extra, policy, "--out-dir", "block_gen"])
            if status != 0:
                raise Wrong(f"{policy}: {said}")
        if "prelude" in options:
            head = [(PRELUDES / options["prelude"]).read_text(encoding="utf-8")]
        source = place.directory / f"block_{block.line}.{language}"
        source.write_text("\n".join([*includes, *head, f'#line {block.line + 1} "{block.page}"', rest, ""]),
                          encoding="utf-8")
        status, said = place.run([*place.compiler[language], "-fsyntax-only", *WARNINGS, "-I", "block_gen",
                                  source.name])
        if status != 0:
            raise Wrong(f"does not compile:\n{said}")
    return test_compiled


def _cmake(block, place):
    directory = place.directory / f"block_{block.line}"
    directory.mkdir(exist_ok=True)
    text = block.text
    if "find_package(Statecall" not in text:
        text = "find_package(Statecall REQUIRED)\n" + text
    if "cmake_minimum_required" not in text:
        text = "cmake_minimum_required(VERSION 3.20)\nproject(Block LANGUAGES C CXX)\n" + text
    for target in set(re.findall(r"spl_add_policy\((\w+)", text)) - set(re.findall(r"add_executable\((\w+)", text)):
        text = text.replace(f"spl_add_policy({target}", f"add_executable({target} main.cpp)\nspl_add_policy({target}", 1)
    (directory / "CMakeLists.txt").write_text(text, encoding="utf-8")
    (directory / "main.cpp").write_text("int main() {}\n", encoding="utf-8")
    for policy in set(re.findall(r"[\w./]+\.spl", text)):
        goal = directory / policy
        goal.parent.mkdir(parents=True, exist_ok=True)
        goal.write_bytes((place.directory / policy).read_bytes())
    status, said = place.run(["cmake", "-G", "Ninja", "-S", directory.name, "-B", f"{directory.name}/build"])
    if status != 0:
        raise Wrong(f"does not configure:\n{said}")


def _json(block, place):
    try:
        json.loads(block.text)
    except ValueError:
        for line in filter(str.strip, block.text.split("\n")):
            try:
                json.loads(line)
            except ValueError as error:
                raise Wrong(f"no JSON: {error}: {line}") from error


def _text(block, place):
    options = block.options
    if "of" in options:
        status, said = place.run(["bash", "-c", options["of"]])
        if status != int(options.get("exit", "0")):
            raise Wrong(f"'{options['of']}' ended with {status}:\n{said}")
        if place.updates is not None and "\n..." not in block.text:
            place.updates[block.line] = said.rstrip("\n") + "\n"
            return
        compare(options["of"], block.text.rstrip("\n").split("\n"), said)
    elif "output" in options:
        if place.printed is None:
            raise Wrong("there is no sh block before it")
        compare("the block before it", block.text.rstrip("\n").split("\n"), place.printed)
    elif "then" in options:
        status, said = place.run(["bash", "-c", options["then"]])
        if status != int(options.get("exit", "0")):
            raise Wrong(f"'{options['then']}' ended with {status}:\n{said}")
    elif not block.used:
        raise Wrong("nothing tests it: say which command prints it, or skip it with a reason")


TESTS = {"spl": _spl, "sh": _sh, "console": _console, "cpp": _compiled("cpp"), "c": _compiled("c"),
         "cmake": _cmake, "json": _json, "text": _text, "mermaid": _text, "promela": _text}
