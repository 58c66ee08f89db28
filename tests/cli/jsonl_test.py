"""splc replay --format=jsonl: the map, the lines, and what is said of wrong ones."""

import json
import os
import support

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MAP = """\
key who
when what = ping : Send_Ping
when what = pong late = * : Timeout
when what = pong : Receive_Pong
end what = done : Done
"""


class Jsonl(support.CliTest):
    def setUp(self):
        super().setUp()
        self.write("m.map", MAP)

    def replay(self, lines, *options, map="m.map", **more):
        self.write("t.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
        return self.splc("replay", "--format=jsonl", f"--map={map}", *options, "ping.spl", "t.jsonl",
                         **more)

    def test_traces_are_told_apart(self):
        lines = [{"who": "a", "what": "ping"}, {"who": 7, "what": "ping"}, {"who": "a", "what": "pong"},
                 {"who": 7, "what": "pong", "late": False}, {"who": "a", "what": "done"},
                 {"who": "a", "what": "pong"}]
        out, _ = self.replay(lines, "--json", exit=1)
        results = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([(r["key"], r["verdict"], r["line"], r["index"]) for r in results],
                         [("a", "accepted", 1, 3), ("7", "accepted", 2, 2), ("a", "violation", 6, 1)])
        out, _ = self.replay(lines, exit=1)
        self.assertIn("t.jsonl:1 (a): accepted (3 statecalls; finished)\n", out)
        self.assertIn("t.jsonl:2 (7): accepted (2 statecalls; not finished: ping)\n", out)
        self.assertIn("t.jsonl:6: violation: Receive_Pong is not allowed here (statecall 1 of the trace "
                      "of a)", out)

    def test_values(self):
        self.write("m.map", 'when a.b = 1 a.c = true : Send_Ping\nwhen "x y" = "p q" : Receive_Pong\n'
                            "when id.h = null : Timeout\notherwise : -\n")
        lines = [{"a": {"b": 1, "c": True}}, {"x y": "p q"}, {"a": {"b": "1", "c": "true"}},
                 {"id.h": None}, {"a": {"b": 1}}, {"a": [{"b": 1, "c": True}]}, {}]
        out, _ = self.replay(lines, "--json")
        self.assertEqual(json.loads(out)["index"], 4)

    def test_any_text(self):
        """Logs are not always what they should be: bytes that are no UTF-8, halves of surrogate pairs."""
        self.write("m.map", 'when t = "\u00e9\U0001f600" : Send_Ping\nwhen t = "\ufffd" : Receive_Pong\nwhen t = * : Done\n')
        self.write("t.jsonl", b'{"t":"\\u00e9\\ud83d\\uDE00"}\n{"t":"\\ud800"}\n{"t":"\xff\\\\ud800"}\n')
        out, _ = self.splc("replay", "--format=jsonl", "--map=m.map", "--json", "ping.spl", "t.jsonl")
        self.assertEqual((json.loads(out)["index"], json.loads(out)["finished"]), (3, True))
        for text in ('"\\ud83d"', '"\\udc00\\ud83d"', '"\\ud83d\\u0041"'):
            self.write("t.jsonl", f'{{"t":{text}}}\n')
            self.splc("replay", "--format=jsonl", "--map=m.map", "ping.spl", "t.jsonl", exit=1)

    def test_several_statecalls(self):
        self.write("m.map", "when * = * : Send_Ping\nwhen t = 1 : Send_Ping Receive_Pong Done\n")
        out, _ = self.replay([{"t": 1}], "--json")
        self.assertEqual(json.loads(out)["index"], 3)

    def test_wrong_lines(self):
        for lines, message, hint in (
                ([{"who": "a", "what": "pang"}], "no entry of the map fits this line (what = pang)",
                 "otherwise : -"),
                ([{"x": 1}], "no entry of the map fits this line (it has none of the fields that the "
                             "map asks for)", "otherwise : -"),
                ([{"what": "ping"}], "the line has no field 'who'", "'key'")):
            _, err = self.replay([{"who": 1, "what": "ping"}] + lines, exit=2)
            self.assertIn("splc: error: t.jsonl:2: " + message, err)
            self.assertIn(hint, err)
        for text, why in (("[1]", "expected an object"), ("{", "it breaks off (at byte 1)"),
                          ('{"a":1} x', "something follows the value (at byte 8)"), ('{"a":01}', "this is not expected (at byte 6)"),
                          ('{"a"' + ':{"a"' * 70, "nested too deep"), ("\x00", "this is not expected (at byte 0)"),
                          ('{"a":"\\x01"}', "this is not expected (at byte 7)"), ('"a"', "expected an object")):
            self.write("t.jsonl", text + "\n")
            _, err = self.splc("replay", "--format=jsonl", "--map=m.map", "ping.spl", "t.jsonl", exit=2)
            self.assertIn("splc: error: t.jsonl:1: not a JSON object: " + why, err)

    def test_wrong_maps(self):
        for text, place, message, hint in (
                ("when a = 1 : Send_Pink\n", "1:14", "the policy has no statecall 'Send_Pink'",
                 "did you mean Send_Ping?"),
                ("if a = 1 : Done\n", "1:1", "a line does not start with 'if'", "key, when, end"),
                ("when a 1 : Done\n", "1:6", "expected FIELD = VALUE here", "quotes"),
                ("when a = 1 Done\n", "1:1", "expected: when FIELD = VALUE", "blanks around"),
                ("when : Done\n", "1:1", "there is no condition", "otherwise"),
                ("otherwise a = 1 : Done\n", "1:1", "'otherwise' has no conditions", "when"),
                ("otherwise : -\nwhen a = 1 : Done\n", "2:1", "this entry is never reached", "last"),
                ("key a\nkey b\n", "2:1", "a second key", "one line"),
                ("key\n", "1:1", "expected: key FIELD", ""),
                ("when a = \"x : Done\n", "1:10", "this string does not end", ""),
                ("# nothing\n", "1:1", "the map says of no line what it means", "for example")):
            self.write("m.map", text)
            _, err = self.replay([], exit=2)
            self.assertIn(f"splc: error: m.map:{place}: {message}", err)
            self.assertIn(hint, err)
        _, err = self.replay([], map="mm.map", exit=2)
        self.assertIn("did you mean 'm.map'?", err)

    def test_options(self):
        self.write("t", "{}\n")
        _, err = self.splc("replay", "--format=jsonl", "ping.spl", "t", exit=2)
        self.assertIn("--map is missing", err)
        _, err = self.splc("replay", "--map=m.map", "ping.spl", "t", exit=2)
        self.assertIn("--format=jsonl", err)
        _, err = self.splc("replay", "--format=jsonl", "--map=-", "ping.spl", "-", exit=2)
        self.assertIn("standard input can be read only once", err)
        out, _ = self.splc("replay", "--format=jsonl", "--map=m.map", "ping.spl", "-",
                           stdin='\n{"who":1,"what":"ping"}\n')
        self.assertIn("<stdin>:2 (1): accepted", out)

    def test_the_example(self):
        files = [os.path.join(ROOT, "examples/logs/login." + end) for end in ("map", "spl", "jsonl")]
        out, _ = self.splc("replay", "--format=jsonl", "--map", *files, exit=1)
        self.assertIn("login.jsonl:1 (192.0.2.7 51000): accepted (5 statecalls; finished)", out)
        self.assertIn("login.jsonl:4: violation: Notify_Login_Session is not allowed here (statecall 2 "
                      "of the trace of 192.0.2.9 40022)", out)
        with open(files[0], encoding="utf-8") as f, \
                open(os.path.join(ROOT, "docs/captures.md"), encoding="utf-8") as d:
            docs = d.read()
            for line in f:
                if line.strip() and not line.startswith("#"):
                    self.assertIn("\n" + line, docs)
        self.splc("check", files[1])


support.main()
