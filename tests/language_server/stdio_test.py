#!/usr/bin/env python3
"""`splc lsp` as an editor starts it: frames over pipes, real files, a real Spin."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SPLC = sys.argv.pop(1)
POLICY = """automaton ping(bool asked) {
  multiple {
    Ask;
    asked = true;
    optional { Answer; }
  }
}
property good : Ask precedes Answer;
property bad : never Answer;
"""


class Editor:
    def __init__(self, *arguments, **environment):
        self.process = subprocess.Popen([SPLC, "lsp", *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env={**os.environ, **environment})
        self.last = 0
        self.seen = []  # notifications and questions, in order

    def send(self, message):
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def read(self):
        length = None
        while (line := self.process.stdout.readline().strip()):
            name, value = line.split(b":", 1)
            if name.lower() == b"content-length":
                length = int(value)
        if length is None:
            raise EOFError(self.process.stderr.read().decode())
        return json.loads(self.process.stdout.read(length))

    def notify(self, method, params=None):
        self.send({"method": method, "params": params or {}})

    def begin(self, method, params=None):
        self.last += 1
        self.send({"id": self.last, "method": method, "params": params or {}})
        return self.last

    def answer(self, number):
        while True:
            message = self.read()
            if message.get("id") == number and "method" not in message:
                return message
            self.seen.append(message)

    def ask(self, method, params=None):
        return self.answer(self.begin(method, params))

    def diagnostics(self, uri):
        """The next ones that are published for a document."""
        while True:
            message = self.seen.pop(0) if self.seen else self.read()
            if message.get("method") == "textDocument/publishDiagnostics" and \
                    message["params"]["uri"] == uri:
                return message["params"]["diagnostics"]

    def open(self, path, text):
        self.notify("textDocument/didOpen", {"textDocument": {
            "uri": path.as_uri(), "languageId": "spl", "version": 1, "text": text}})

    def initialize(self, folder=None):
        capabilities = {"window": {"workDoneProgress": True}}
        return self.ask("initialize", {"processId": None, "rootUri": folder and Path(folder).as_uri(),
                                       "capabilities": capabilities})["result"]

    def leave(self):
        self.ask("shutdown")
        self.notify("exit")
        return self.end()

    def end(self):
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, out, err.decode()


class StdioTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.policy = Path(self.directory.name, "ping.spl")
        self.policy.write_text(POLICY)

    def editor(self, *arguments, **environment):
        editor = Editor(*arguments, XDG_CACHE_HOME=self.directory.name, **environment)
        self.addCleanup(editor.process.stdin.close)
        self.addCleanup(editor.process.stdout.close)
        self.addCleanup(editor.process.stderr.close)
        self.addCleanup(lambda: editor.process.poll() is None and editor.process.kill())
        return editor

    def verify(self, editor, name):
        return editor.begin("workspace/executeCommand", {
            "command": "splc.verifyProperty", "arguments": [self.policy.as_uri(), name]})

    def test_a_session(self):
        editor = self.editor("--stdio")
        self.assertEqual(editor.initialize()["serverInfo"]["name"], "splc")
        editor.notify("initialized")
        editor.open(self.policy, POLICY.replace("Answer; }", "Answer }"))
        self.assertEqual([d["code"] for d in editor.diagnostics(self.policy.as_uri())], ["SPL0007"])
        hover = editor.ask("textDocument/hover", {"textDocument": {"uri": self.policy.as_uri()},
                                                  "position": {"line": 2, "character": 5}})
        self.assertIn("ping", hover["result"]["contents"]["value"])
        definition = editor.ask("textDocument/definition", {
            "textDocument": {"uri": self.policy.as_uri()}, "position": {"line": 3, "character": 5}})
        self.assertEqual(definition["result"][0]["range"]["start"], {"line": 0, "character": 20})
        self.assertEqual(editor.leave()[0], 0)

    def test_imports_are_read_from_the_disk(self):
        library = Path(self.directory.name, "with space.spl")
        library.write_text("function f() { Ask }\n")
        editor = self.editor()
        editor.initialize()
        editor.open(self.policy, 'import "with space.spl";\nautomaton a() { f(); }\n')
        self.assertEqual(len(editor.diagnostics(library.as_uri())), 1)
        library.write_text("function f() { Ask; }\n")
        editor.notify("textDocument/didSave", {"textDocument": {"uri": library.as_uri()}})
        self.assertEqual(editor.diagnostics(library.as_uri()), [])
        self.assertEqual(editor.leave()[0], 0)

    def test_a_rename_reaches_files_that_are_not_open(self):
        library = Path(self.directory.name, "lib.spl")
        library.write_text("function f() { Ask; }\n")
        users = [Path(self.directory.name, name) for name in ("one.spl", "deep/two.spl")]
        users[1].parent.mkdir()
        users[1].parent.joinpath("up").symlink_to(self.directory.name)
        for user in users:
            back = os.path.relpath(library, user.parent)
            user.write_text(f'import "{back}";\nautomaton a() {{ f(); }}\n')
        os.mkfifo(Path(self.directory.name, "pipe.spl"))
        editor = self.editor()
        editor.initialize(self.directory.name)
        editor.open(library, library.read_text())
        rename = {"textDocument": {"uri": library.as_uri()},
                  "position": {"line": 0, "character": 9}, "newName": "g"}
        changes = editor.ask("textDocument/rename", rename)["result"]["changes"]
        self.assertEqual(set(changes), {p.as_uri() for p in [library, *users]})
        users[1].write_text(users[1].read_text().replace("f();", "f()"))
        self.assertIn("does not parse", editor.ask("textDocument/rename", rename)["error"]["message"])
        self.assertEqual(editor.leave()[0], 0)

    def test_it_answers_during_a_check(self):
        # As many states as a lint explores, in each of eight automata: many times what a hover takes.
        names = "abcdefgh"
        slow = "".join(f"automaton {a}(int (0..65000) n) {{ while (n < 65000) {{ {a.upper()}; n = n + 1; }} }}\n"
                       for a in names)
        editor = self.editor()
        editor.initialize()
        editor.open(self.policy, slow)
        place = {"textDocument": {"uri": self.policy.as_uri()}, "position": {"line": 0, "character": 11}}
        # Each answer lets the server look at the clock, and so begin with the check.
        for _ in range(20):
            self.assertIn("automaton a", editor.ask("textDocument/hover", place)["result"]["contents"]["value"])
        self.assertEqual(editor.seen, [], "the check was done before")
        # Leaving does not wait for all of it.
        self.assertEqual(editor.leave()[0], 0)

    def test_properties_are_proved_and_refuted(self):
        editor = self.editor()
        editor.initialize()
        editor.open(self.policy, POLICY)
        editor.diagnostics(self.policy.as_uri())
        good = editor.answer(self.verify(editor, "good"))["result"]
        self.assertEqual((good["verdict"], good["steps"]), ("proved", []))
        bad = editor.answer(self.verify(editor, "bad"))["result"]
        self.assertEqual((bad["verdict"], bad["steps"]), ("fails", ["Ask", "Answer"]))
        shown = [m["params"]["diagnostics"] for m in editor.seen
                 if m.get("method") == "textDocument/publishDiagnostics"][-1]
        failing = [d for d in shown if d["severity"] == 1]
        self.assertEqual(failing[0]["range"]["start"]["line"], 8)
        lines = [r["location"]["range"]["start"]["line"] for r in failing[0]["relatedInformation"]]
        self.assertEqual(lines, [2, 4])
        none = editor.answer(self.verify(editor, "no_such"))["error"]
        self.assertIn("no_such", none["message"])
        self.assertEqual(editor.leave()[0], 0)

    def stalling_spin(self):
        """A Spin that never answers, and says by a file that it was asked."""
        spin = Path(self.directory.name, "spin")
        spin.write_text(f"#!/bin/sh\necho $$ >>'{self.directory.name}/asked'\nexec sleep 1000\n")
        spin.chmod(0o755)
        return spin

    def wait_for_spin(self):
        asked = Path(self.directory.name, "asked")
        while not asked.exists() or not asked.read_text().strip():
            os.sched_yield()
        return int(asked.read_text().split()[0])

    def test_it_answers_during_a_verification_which_can_be_cancelled(self):
        editor = self.editor("--spin", str(self.stalling_spin()))
        editor.initialize()
        editor.open(self.policy, POLICY)
        number = self.verify(editor, "good")
        spin = self.wait_for_spin()
        symbols = editor.ask("textDocument/documentSymbol",
                             {"textDocument": {"uri": self.policy.as_uri()}})
        self.assertEqual(len(symbols["result"]), 3)
        editor.notify("$/cancelRequest", {"id": number})
        self.assertEqual(editor.answer(number)["error"]["code"], -32800)
        with self.assertRaises(ProcessLookupError):
            os.kill(spin, 0)
        self.assertEqual(editor.leave()[0], 0)

    def test_leaving_ends_what_is_being_verified(self):
        editor = self.editor("--spin", str(self.stalling_spin()))
        editor.initialize()
        editor.open(self.policy, POLICY)
        self.verify(editor, "good")
        spin = self.wait_for_spin()
        self.assertEqual(editor.leave()[0], 0)
        with self.assertRaises(ProcessLookupError):
            os.kill(spin, 0)

    def test_streams_that_break(self):
        editor = self.editor()
        editor.process.stdin.write(b"GET / HTTP/1.1\r\n\r\n")
        code, _, err = editor.end()
        self.assertEqual(code, 2)
        self.assertIn("not the Language Server Protocol", err)
        editor = self.editor()
        code, _, err = editor.end()
        self.assertEqual(code, 2)
        self.assertIn("ended without 'exit'", err)
        editor = self.editor()
        editor.initialize()
        editor.notify("exit")
        self.assertEqual(editor.end()[0], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
