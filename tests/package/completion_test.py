#!/usr/bin/env python3
"""The completion scripts, asked as the shells themselves ask them.

Each case is a command line with the cursor at its end and what must be offered there. The words are
read from `splc --help` where a list of them would have to be kept up to date by hand.
"""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SPLC = os.path.abspath(sys.argv.pop(1))


def help_of(*command):
    return subprocess.run([SPLC, *command, "--help"], capture_output=True, text=True, check=True).stdout


COMMANDS = re.findall(r"(?m)^  (\w+) ", help_of().split("Commands:")[1].split("\n\n")[0])
FILES = ["ping.spl", "pong.spl", "pin.map", "session.trace", "two words.spl", "parts/lower.spl"]

# (command line, all that is offered)
CASES = [
    ("splc ver", {"verify"}),
    ("splc ", set(COMMANDS)),
    ("splc replay --form", {"--format"}),
    ("splc replay --format=js", {"json", "jsonl"}),
    ("splc replay --format js", {"json", "jsonl"}),
    ("splc verify -Wno-unus", {"no-unused-statecall", "no-unused-function"}),
    ("splc check pi", {"ping.spl"}),
    ("splc check --json pi", {"ping.spl"}),
    ("splc check -o pi", {"pin.map", "ping.spl"}),
    ("splc check --output=pi", {"pin.map", "ping.spl"}),
    ("splc cpp --out-dir pa", {"parts/"}),
    ("splc --completion=f", {"fish"}),
    ("splc check two", {"two words.spl"}),
    ("splc check parts/", {"parts/lower.spl"}),
]


class Shell(unittest.TestCase):
    shell = ""

    def setUp(self):
        self._directory = tempfile.TemporaryDirectory()
        self.addCleanup(self._directory.cleanup)
        self.dir = self._directory.name
        for name in FILES:
            path = os.path.join(self.dir, "files", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8"):
                pass
        self.script = os.path.join(self.dir, "_splc")
        subprocess.run([SPLC, f"--completion={self.shell}", "-o", self.script], check=True)
        os.mkdir(os.path.join(self.dir, "bin"))
        os.symlink(SPLC, os.path.join(self.dir, "bin", "splc"))

    def run_shell(self, *command):
        environment = {"PATH": os.path.join(self.dir, "bin") + ":/usr/bin:/bin", "HOME": self.dir,
                       "LC_ALL": "C.UTF-8", "TERM": "dumb"}
        done = subprocess.run(command, cwd=os.path.join(self.dir, "files"), env=environment, check=False,
                              capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
        self.assertEqual(done.stderr, "", command)
        self.assertEqual(done.returncode, 0, command)
        return done.stdout


    def type_and_look(self, shell, setup):
        """In a real terminal: one candidate is filled in, a name with a blank is quoted, no blank
        follows an option that wants a value."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(os.path.join(self.dir, "files"))
            os.execvpe(shell[0], shell, {
                "PATH": os.path.join(self.dir, "bin") + ":/usr/bin:/bin", "HOME": self.dir,
                "TERM": "dumb", "PS1": "ready> ", "LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null"})
        output = self.converse(pid, terminal, [
            setup + "; splc() { printf '<%s>' \"$@\"; echo .; }\n",
            "splc ver\tping\t\n", "splc replay --form\tjso\t\n", "splc check two\t\n", "exit\n"])
        for expected in ["<verify><ping.spl>.", "<replay><--format=json>.", "<check><two words.spl>."]:
            self.assertIn(expected, output)

    def converse(self, pid, terminal, lines):
        """Types each line when the shell has asked for it; all that was printed."""
        output = ""
        end = time.monotonic() + 60
        prompts = 0
        while time.monotonic() < end:
            if not select.select([terminal], [], [], 1)[0]:
                continue
            try:
                output += os.read(terminal, 4096).decode(errors="replace")
            except OSError:  # the shell has ended
                break
            while lines and output.count("ready> ") > prompts:
                prompts += 1
                os.write(terminal, lines.pop(0).encode())
        else:
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
        return output


class Bash(Shell):
    shell = "bash"

    # bash's own way to take a line apart is not open to scripts; this is what it comes to with its
    # usual COMP_WORDBREAKS.
    ASK = r"""
      source "$1"
      line=$2
      COMP_WORDS=() COMP_POINT=${#line}
      while [[ $line =~ ^\ *(=|[^\ =]+)(.*)$ ]]; do
        COMP_WORDS+=("${BASH_REMATCH[1]}") line=${BASH_REMATCH[2]}
      done
      [[ $2 != *\  ]] || COMP_WORDS+=("")
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _splc
      printf '%s\n' "${COMPREPLY[@]}"
    """

    def ask(self, line):
        out = self.run_shell("bash", "--norc", "-c", self.ASK, "ask", self.script, line)
        # A directory gets its slash, and an option its "=", from readline and from the script.
        words = {word.removesuffix("=").removeprefix("-W") for word in out.splitlines() if word}
        return {word + "/" if word == "parts" else word for word in words}

    def test_cases(self):
        for line, offered in CASES:
            with self.subTest(line):
                self.assertEqual(self.ask(line), offered)

    def test_options_of_every_command(self):
        for command in COMMANDS:
            options = set(re.findall(r"(?m)^  (?:-\w, )?(--[\w-]+)", help_of(command)))
            self.assertLessEqual(options, self.ask(f"splc {command} --"), command)

    def test_arguments_have_their_kinds(self):
        self.assertIn("session.trace", self.ask("splc replay ping.spl "))
        self.assertNotIn("session.trace", self.ask("splc replay "))
        self.assertEqual(self.ask("splc verify ping.spl "), set())
        self.assertIn("bash", self.ask("splc verify --cc bas"))
        self.assertEqual(self.ask("splc check -- -"), set())

    def test_in_a_terminal(self):
        self.type_and_look(["bash", "--norc", "--noprofile", "-i"], f"source {self.script}")


class Fish(Shell):
    shell = "fish"

    def ask(self, line):
        out = self.run_shell("fish", "--no-config", "-c",
                             f"source {self.script}; complete -C '{line}'")
        words = {row.split("\t")[0].replace("\\ ", " ") for row in out.splitlines()}
        # fish offers whole words.
        option = re.search(r"(--[\w-]+=|-W)\S*$", line)
        return {word.removeprefix(option.group(1)) if option else word for word in words}

    def test_cases(self):
        for line, offered in CASES:
            with self.subTest(line):
                answer = self.ask(line)
                if re.search(r"check (--json )?\w+$", line):
                    answer = {word for word in answer if word.endswith(".spl")}  # others come after
                self.assertEqual({w.removesuffix("=") for w in answer}, offered)


class Zsh(Shell):
    shell = "zsh"

    def test_in_a_terminal(self):
        setup = f"fpath=({self.dir} $fpath); autoload -U compinit && compinit -u -D"
        self.type_and_look(["zsh", "-f", "-i"], setup)


if __name__ == "__main__":
    unittest.main()
