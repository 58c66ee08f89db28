"""splc replay: formats of traces, verdicts, explanations, JSON."""

import json
import support

GOOD = "Send_Ping\nReceive_Pong\nDone\n"
BAD = "# a session\nSend_Ping   # first\n\n{\"statecall\":\"Receive_Pong\",\"at\":[1,{}]}\n\"Receive_Pong\"\nDone\n"


class Replay(support.CliTest):
    def test_accepted(self):
        self.write("t", GOOD)
        out, err = self.splc("replay", "ping.spl", "t")
        self.assertEqual(out, "t: accepted (3 statecalls; finished)\n")
        self.assertEqual(err, "")
        out, _ = self.splc("replay", "ping.spl", "-", stdin="Send_Ping\n")
        self.assertEqual(out, "<stdin>: accepted (1 statecall; not finished: ping)\n")
        self.assertEqual(self.splc("replay", "-q", "ping.spl", "t"), ("", ""))

    def test_violation_is_explained(self):
        self.write("t", BAD)
        for engine in ["interpreter", "dfa"]:
            out, _ = self.splc("replay", f"--engine={engine}", "ping.spl", "t", exit=1)
            self.assertIn("t:5: violation: Receive_Pong is not allowed here (statecall 3", out)
            self.assertIn("automaton ping: not allowed here", out)
            self.assertIn("ping.spl:4: Send_Ping;", out)
            self.assertIn("ping.spl:15: Done;", out)
            self.assertIn("Ask  Done  Send_Ping", out)

    def test_keep_going(self):
        self.write("t", BAD.replace("Done", "Done\nDone"))
        out, _ = self.splc("replay", "--keep-going", "ping.spl", "t", exit=1)
        self.assertEqual(out.count(": violation: "), 2)

    def test_reasons(self):
        self.write("p.spl", "automaton a (int (0 .. 1) n) { multiple { either { A; n = n + 1; } "
                            "or { Z; n = 1 / (n - n); } or { Evil; abort; } } }\n")
        for trace, reason in [("A A", "value out of its declared range"), ("Z", "division by zero"),
                              ("A Evil", "abort reached")]:
            for engine in ["interpreter", "dfa"]:
                out, _ = self.splc("replay", "--format=lines", f"--engine={engine}", "p.spl", "-",
                                   stdin=trace, exit=1)
                self.assertIn(reason + " at\n      p.spl:1:", out)

    def test_json(self):
        self.write("t", BAD)
        out, _ = self.splc("replay", "--json", "--keep-going", "ping.spl", "t", exit=1)
        (line,) = out.splitlines()
        result = json.loads(line)
        expected = {"trace": 1, "verdict": "violation", "index": 3, "statecall": "Receive_Pong",
                    "automata": ["ping"], "expected": ["Ask", "Done", "Send_Ping"],
                    "finished": False, "file": "t", "line": 5, "ignored": 0}
        self.assertEqual({k: result[k] for k in expected}, expected)
        self.assertEqual(result["reasons"][0]["reason"], "not allowed here")
        self.assertEqual([w["line"] for w in result["reasons"][0]["waiting"]], [4, 15])

    def test_json_of_accepted_traces(self):
        out, _ = self.splc("replay", "--json", "--format=lines", "ping.spl", "-",
                           stdin="Send_Ping Receive_Pong Done\n# no trace\n\n-\n")
        first, second = map(json.loads, out.splitlines())
        self.assertEqual((first["trace"], first["verdict"], first["index"], first["statecall"],
                          first["finished"], first["expected"]),
                         (1, "accepted", 3, None, True, []))
        self.assertEqual((second["trace"], second["index"], second["line"], second["finished"],
                          second["expected"]), (2, 0, 4, False, ["Ask", "Send_Ping"]))

    def test_unknown_statecalls(self):
        self.write("t", "Send_Ping\nRecieve_Pong\nReceive_Pong\n")
        out, err = self.splc("replay", "ping.spl", "t")
        self.assertIn("accepted (3 statecalls, 1 of them ignored;", out)
        self.assertIn("t:2", err)
        self.assertIn("did you mean Receive_Pong", err)
        out, _ = self.splc("replay", "--strict", "ping.spl", "t", exit=1)
        self.assertIn("t:2: unknown statecall: Recieve_Pong", out)
        out, _ = self.splc("replay", "--strict", "--json", "ping.spl", "t", exit=1)
        self.assertEqual(json.loads(out)["verdict"], "unknown")

    def test_many_traces(self):
        self.write("many", "Send_Ping Receive_Pong\nReceive_Pong Send_Ping\nAsk Answer\n")
        out, _ = self.splc("replay", "--format=lines", "ping.spl", "many", exit=1)
        self.assertIn("many:1: accepted", out)
        self.assertIn("many:2: violation: Receive_Pong", out)
        self.assertIn("many:3: accepted", out)
        self.assertIn("3 traces, 1 refused", out)

    def test_what_is_no_trace(self):
        hostile = [b"hello world\n", b"\0\xff\xfe" * 1000, b"{\"statecall\":1}\n", b"{\"statecall\"",
                   b"[" * 100_000, b"\"A\\u00zz\"", b"{" * 1000, b"A" * 100 + b" b"]
        for content in hostile:
            self.write("t", content)
            for form in ["auto", "text", "json", "lines", "openssh"]:
                out, err = self.splc("replay", f"--format={form}", "ping.spl", "t", exit=2)
                self.assertEqual(out, "")
                self.assertIn("splc: error: t", err)
                self.assertLess(len(err), 1000)

    def test_a_byte_order_mark_is_no_text(self):
        mark = b"\xef\xbb\xbf"
        for form, text in (("text", b"Send_Ping\n"), ("lines", b"Send_Ping\n"),
                           ("json", b'"Send_Ping"\n'), ("text", b"")):
            self.write("bom.trace", mark + text)
            with self.subTest(form):
                self.splc("replay", f"--format={form}", "ping.spl", "bom.trace")
        self.write("bom.trace", b"Send_Ping\n" + mark + b"Receive_Pong\n")
        self.splc("replay", "ping.spl", "bom.trace", exit=2)

    def test_missing_trace(self):
        self.write("t", GOOD)
        out, err = self.splc("replay", "ping.spl", "nowhere", "t", exit=2)
        self.assertIn("nowhere: cannot read it: No such file", err)
        self.assertIn("t: accepted", out)

    def test_long_trace(self):
        self.write("t", "Send_Ping\nReceive_Pong\n" * 20_000)
        out, _ = self.splc("replay", "--engine=dfa", "ping.spl", "t")
        self.assertIn("accepted (40000 statecalls", out)

    def test_openssh_needs_a_log(self):
        self.write("t", GOOD)
        _, err = self.splc("replay", "--format=openssh", "ping.spl", "t", exit=2)
        self.assertIn("ssh -vvv", err)
        self.splc("replay", "--role=client", "ping.spl", "t", exit=2)


support.main()
