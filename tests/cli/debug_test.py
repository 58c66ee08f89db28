"""splc debug: what it serves and prints, in its three modes, and how it ends."""

import http.server
import json
import signal
import socket
import threading
from pathlib import Path

import support
from debugger import Debugger, steps

ROOT = Path(__file__).resolve().parents[2]

POLITE = """\
automaton polite () {
  multiple {
    Send_Ping;
    optional { Receive_Pong; }
  }
}
"""


class DebugTest(support.CliTest):
    def refused(self, *arguments, error):
        out, err = self.splc(*arguments, exit=2)
        self.assertEqual(out, "")
        self.assertIn(error, err)

    def test_by_hand(self):
        with Debugger(self, "ping.spl") as d:
            self.assertIn("<html", d.get(""))
            policy = json.loads(d.get("api/policy/ping"))
            self.assertEqual(policy["statecalls"][0], "Answer")
            automaton = policy["automata"][0]
            self.assertIsNone(automaton["graph"])
            self.assertIn("graphviz", automaton["graph_missing"])
            with d.events() as events:
                hello = events.next()
                self.assertEqual((hello["mode"], hello["capabilities"]), ("simulate", ["step", "undo", "reset"]))
                said = events.until("subject")
                self.assertEqual(said[-1]["states"], [0])
                self.assertEqual(d.post("api/step", {"subject": 1, "statecall": "Send_Ping"}), {"verdict": "accepted"})
                said += events.until("steps")
                step = steps(said)[0]
                self.assertEqual(step[:5], [1, 1, 0, policy["statecalls"].index("Send_Ping"), 0])
                situations = {e["id"]: e["situation"] for e in said if e["type"] == "situation"}
                self.assertEqual(situations[step[5][0]]["values"], [[1], [0]])
                self.assertEqual(d.post("api/step", {"subject": 1, "statecall": "Done"}), {"verdict": "refused"})
                refusal = events.until("refusal")[-1]
                self.assertEqual((refusal["number"], refusal["automata"]), (2, ["ping"]))
                self.assertIn("Receive_Pong", refusal["expected"])
                self.assertIn("ping.spl:", refusal["text"])
                self.assertEqual(d.post("api/step", {"subject": 1, "statecall": "No"}), {"verdict": "unknown"})
                self.assertEqual(d.post("api/undo", {"subject": 1, "count": 2}), {"undone": 2})
                self.assertEqual(events.until("undone")[-1]["number"], 1)
                self.assertEqual(d.post("api/step", {"subject": 1, "statecall": "Receive_Pong"}),
                                 {"verdict": "accepted"})
                self.assertEqual(d.post("api/reset", {"subject": 1}), {})
                self.assertEqual(events.until("undone")[-1]["number"], 0)
            for body in ({"subject": 2}, {"subject": 1}, {"subject": 1, "statecall": 4}, [], "x"):
                status, answer = d.post("api/step", body)
                self.assertEqual(status, 400)
                self.assertTrue(answer["error"])
            self.assertEqual(d.post("api/undo", {"subject": 1, "count": -1})[0], 400)

    def test_long_undo(self):
        with Debugger(self, "ping.spl") as d, d.events() as events:
            events.until("subject")
            for i in range(75):
                d.post("api/step", {"subject": 1, "statecall": ["Send_Ping", "Receive_Pong", "Ask", "Answer", "Wrong"][i % 5]})
            items = []
            while len(items) < 60:
                items += steps([events.next()])
            d.post("api/undo", {"subject": 1, "count": 8})
            self.assertEqual(events.until("undone")[-1]["number"], 67)
            self.assertEqual(d.post("api/step", {"subject": 1, "statecall": "Ask"}), {"verdict": "accepted"})
            self.assertEqual(steps(events.until("steps"))[0][1], 68)

    def test_traces(self):
        self.write("a.trace", "Send_Ping\nReceive_Pong\n")
        self.write("b.trace", "Send_Ping\nNo_Such\nDone\nSend_Ping\n")
        with Debugger(self, "--json", "ping.spl", "--trace=a.trace", "--trace", "b.trace") as d:
            with d.events() as events:
                self.assertEqual(events.next()["mode"], "trace")
                seen = events.until("end") + events.until("end")
                self.assertEqual([e["title"] for e in seen if e["type"] == "subject"], ["a.trace", "b.trace"])
                self.assertEqual([(s[0], s[1], s[4]) for s in steps(seen)],
                                 [(1, 1, 0), (1, 2, 0), (2, 1, 0), (2, 3, 2)])
                self.assertEqual([e["name"] for e in seen if e["type"] == "unknown_step"], ["No_Such"])
                ends = [e["reason"] for e in seen if e["type"] == "end"]
                self.assertIn("not finished: ping", ends[0])
                self.assertIn("refused in line 3", ends[1])
        with Debugger(self, "ping.spl", "--trace=b.trace", "--keep-going") as d, d.events() as events:
            self.assertEqual([s[4] for s in steps(events.until("end"))], [0, 2, 2])

    def test_traces_in_every_form(self):
        """As splc replay reads them; tests/pcap has the captures."""
        self.write("m", "key who\nwhen did = p : Send_Ping\nwhen did = q : Receive_Pong\nend did = e : Done\n")
        for form, content, titles, verdicts in (
                ("json", '"Send_Ping"\n{"statecall":"Receive_Pong"}\n', ["t"], [0, 0]),
                ("lines", "Send_Ping Timeout\n-\nDone\n", ["t", "t:2", "t:3"], [0, 0, 2]),
                ("jsonl", '{"who":1,"did":"p"}\n{"who":2,"did":"q"}\n{"who":1,"did":"e"}\n', ["t (1)", "t:2 (2)"],
                 [0, 2, 2])):
            self.write("t", content)
            with Debugger(self, "ping.spl", "--trace=t", f"--format={form}", *(["--map=m"] * (form == "jsonl"))) as d, \
                    d.events() as events:
                seen = []
                for _ in titles:
                    seen += events.until("end")
            self.assertEqual([e["title"] for e in seen if e["type"] == "subject"], titles)
            self.assertEqual([s[4] for s in steps(seen)], verdicts)
        log = str(ROOT / "tests/openssh/logs/exec-curve25519.server.log")
        with Debugger(self, str(ROOT / "ssh-server/policy/ssh.spl"), "--trace", log, "--format=openssh") as d, \
                d.events() as events:
            seen = events.until("end")
            self.assertGreater(len(steps(seen)), 10)
            self.assertEqual({s[4] for s in steps(seen)} - {1}, {0})

    def test_a_trace_that_breaks_off_is_shown_as_far_as_it_goes(self):
        self.write("bad.trace", b"Send_Ping\n\xff\xfe{\n")
        with Debugger(self, "ping.spl", "--trace=bad.trace", status=2) as d, d.events() as events:
            self.assertEqual(len(steps(events.until("end"))), 1)

    def test_attach(self):
        self.write("polite.spl", POLITE)
        with Debugger(self, "ping.spl") as program:
            with Debugger(self, "ping.spl", "--attach", program.url) as same, \
                    Debugger(self, "polite.spl", "--attach", program.url) as other, \
                    same.events() as here, other.events() as there:
                self.assertEqual(here.until("subject")[0]["mode"], "live")
                there.until("subject")
                for name in ("Send_Ping", "Receive_Pong", "Receive_Pong"):
                    program.post("api/step", {"subject": 1, "statecall": name})
                seen = here.until("refusal")
                self.assertEqual([s[4] for s in steps(seen)], [0, 0, 2])
                self.assertNotIn("disagreement", [e["type"] for e in seen])
                # Another policy says what it thinks of the same statecalls.
                seen = there.until("refusal")
                self.assertEqual([s[4] for s in steps(seen)], [0, 0, 2])
                self.assertEqual(seen[-1]["automata"], ["polite"])

    def test_attach_finds_what_differs(self):
        """A monitor that accepts what the policy refuses."""
        with ScriptedServer(self) as liar:
            steps = liar.steps(3, "Send_Ping", "Done")
            steps["items"][1][5] = [0]
            liar.start(liar.hello(), liar.subject(3), steps)
            with Debugger(self, "ping.spl", "--attach", liar.url) as d, d.events() as events:
                found = events.until("disagreement")[-1]
                self.assertIn("Done: the program's monitor accepts it, the interpreter refuses it", found["text"])
                self.assertEqual(found["number"], 2)
            self.assertIn("the engines disagree", d.errors)

    def attached(self, program):
        return Debugger(self, "ping.spl", "--attach", program.url)

    def test_attach_to_a_program_that_comes_back(self):
        with ScriptedServer(self) as program:
            program.start(program.hello("first"), program.subject(1), program.steps(1, "Send_Ping", "Receive_Pong"))
            with self.attached(program) as d, d.events() as events:
                seen = events.until("steps")
                self.assertEqual(len(steps(seen)), 2)
                program.end()
                end = events.until("end")[-1]
                self.assertIn("the connection to the program was lost", end["reason"])
                # The same ids, in another life: another subject. The earlier one stays to be looked at.
                program.start(program.hello("second"), program.subject(1, title="again"),
                              program.steps(1, "Send_Ping", "Timeout"))
                again = events.until("subject")[-1]
                self.assertEqual(again["title"], "again")
                self.assertGreater(again["id"], end["subject"])
                self.assertEqual([s[:2] for s in steps(events.until("steps"))], [[again["id"], 1], [again["id"], 2]])
                with d.events() as late:
                    seen = late.until("end")
                    self.assertEqual([e["title"] for e in seen if e["type"] == "subject"], ["subject 1", "again"])
                    self.assertEqual(len(steps(seen)), 4)
                    self.assertEqual(seen[-1]["subject"], end["subject"])
            self.assertEqual(d.errors.count("trying again"), d.errors.count("another run of the program") +
                             d.errors.count("refused; trying again"), d.errors)
            self.assertEqual(d.errors.count("another run of the program"), 1)

    def test_attach_to_a_stream_that_breaks_off(self):
        """The same life of the program: what it remembers comes again, and is shown once."""
        with ScriptedServer(self) as program:
            said = [program.hello(), program.subject(1), program.steps(1, "Send_Ping")]
            # The second subject is not remembered there when the stream comes back.
            program.start(*said, program.subject(2), b'data: {"type":"steps","items":[[1,2,0,', None)
            with self.attached(program) as d, d.events() as events:
                for _ in range(2):
                    self.assertEqual(len(steps(events.until("end") + events.until("end"))), 1)
                program.end()
                program.start(*said, program.steps(1, "Receive_Pong", first=2))
                seen = events.until("steps")
                while len(steps(seen)) % 3 != 2:
                    seen += events.until("steps")
                with d.events() as late:
                    seen = late.until("steps")
                    self.assertEqual(len([e for e in seen if e["type"] == "subject"]), 1)
                    self.assertEqual([s[1] for s in steps(seen)], [1, 2])
            self.assertIn("there again", d.errors)

    def test_attach_to_a_program_that_is_killed(self):
        with ScriptedServer(self) as next_one:
            program = Debugger(self, "ping.spl", status=-signal.SIGKILL)
            with program, Debugger(self, "ping.spl", "--attach", program.url) as d, d.events() as events:
                events.until("subject")
                program.post("api/step", {"subject": 1, "statecall": "Send_Ping"})
                events.until("steps")
                program.process.kill()
                program.process.wait()
                end = events.until("end")[-1]
                self.assertIn("the connection to the program was lost", end["reason"])
                # It has another address now, so what is at this one need not be it.
                next_one.port = int(program.url.split(":")[2].split("/")[0])
                next_one.start(next_one.hello("other"), next_one.subject(1, title="next"))
                self.assertEqual(events.until("subject")[-1]["title"], "next")

    def test_attach_to_a_program_that_comes_back_with_another_policy(self):
        self.write("other.spl", "automaton other () { Something; Else; }\n")
        other, _ = self.splc("debug", "--describe", "--dot=no-such-dot", "other.spl")
        with ScriptedServer(self) as program:
            program.start(program.hello("first"), program.subject(1))
            with self.attached(program) as d, d.events() as events:
                events.until("subject")
                program.end()
                events.until("end")
                program.start(program.hello("second", ["other"]), program.subject(1, policy="other"),
                              {"type": "steps", "items": [[1, 1, 0, 0, 0, [0]]]}, described=other)
                self.wait_for_line(d, "none of its policies (other) has a statecall of ping.spl")
                program.end()
                # Half a description.
                program.start(program.hello("third"), program.subject(1), described=program.described[:100])
                self.wait_for_line(d, "the description of its policy 'ping'")
                program.end()
                program.start(program.hello("fourth"), program.subject(7, title="at last"))
                seen = events.until("subject")
                self.assertEqual(seen[-1]["title"], "at last")
                self.assertEqual(steps(seen), [])

    def wait_for_line(self, debugger, text):
        while True:
            line = debugger.process.stderr.readline()
            self.assertTrue(line, f"no '{text}'")
            if text in line:
                return

    def test_attach_to_nonsense(self):
        odd = [None, True, -1, 1.5, 2**60, "x", [], {}, [[]], {"a": 1}]
        with ScriptedServer(self) as program:
            said = [program.hello()]
            for x in odd:
                for kind in ("subject", "steps", "unknown_step", "refusal", "end", "undone", "dropped", "situation", x):
                    said.append({"type": kind, "id": x, "subject": x, "items": x, "number": x, "states": x, "title": x,
                                 "policy": "ping", "from_start": x, "seen": x, "parent": x, "count": x, "reason": x})
                said.append({"type": "steps", "items": [x, [x] * 6, [1, 1, 0, 0, 0, x], [1, x, x, x, x, [x]]]})
            said += [b"data: {\n\n", b"data: \xff\xfe\n\n", b"data: [" + b"[" * 200 + b"\n\n", b"nonsense\n\n", b"\0\n\n",
                     b":\n\n", b"data: 1\ndata: 2\n\n", {"type": "hello"}, program.hello(),
                     program.subject(9, title="long " * 10000), program.steps(9, "Send_Ping", "Receive_Pong")]
            program.start(*said)
            with self.attached(program) as d, d.events() as events:
                seen = events.until("subject")
                while not seen[-1]["title"].startswith("long"):
                    seen = events.until("subject")
                self.assertLess(len(seen[-1]["title"]), 1000)
                self.assertEqual([s[4] for s in steps(events.until("steps"))], [0, 0])
            self.assertIn("an event that is no JSON was left out", d.errors)

    def test_attach_to_one_that_says_too_much(self):
        with ScriptedServer(self) as program:
            program.start(program.hello("first"), program.subject(1), b"data: " + b"x" * (17 << 20))
            with self.attached(program) as d, d.events() as events:
                self.assertIn("it says too much", events.until("end")[-1]["reason"])
                program.end()
                program.start(program.hello("second"), program.subject(1, title="shorter"))
                seen = events.until("subject")
                while seen[-1]["title"] != "shorter":
                    seen = events.until("subject")

    def test_attach_leaves_further_subjects_away(self):
        with ScriptedServer(self) as program:
            many = [program.subject(n) for n in range(1, 10_002)]
            program.start(program.hello(), *many, program.steps(10_001, "Send_Ping"), program.steps(10_000, "Send_Ping"))
            with self.attached(program) as d, d.events() as events:
                (step,) = steps(events.until("steps"))
                self.assertEqual(step[1], 1)
            self.assertIn("it has more than 10000 subjects at a time", d.errors)

    def test_describe(self):
        self.splc("debug", "--describe", "--dot=no-such-dot", "ping.spl", "-o", "ping.json")
        with open(self.path("ping.json"), encoding="utf-8") as file:
            described = json.load(file)
        self.assertEqual((described["format"], described["policy"], described["path"]), (1, "ping", "ping.spl"))
        self.assertEqual(described["files"], [{"name": "ping.spl", "text": support.PING}])
        out, _ = self.splc("debug", "--describe", "ping.spl")
        automaton = json.loads(out)["automata"][0]
        self.assertTrue(automaton["graph"].startswith("<svg"), automaton["graph_missing"])
        for edge in automaton["edges"]:
            self.assertIn(f'id="{edge["id"]}"', automaton["graph"])
        self.every_situation_is_shown(automaton)

    def every_situation_is_shown(self, automaton):
        boxes = dict(automaton["boxes"])
        for situation in automaton["situations"]:
            for node in situation["nodes"]:
                self.assertIn(f'id="node.{automaton["name"]}.{boxes.get(node, node)}"', automaton["graph"])

    def test_describe_with_shared_boxes(self):
        self.write("wide.spl", "automaton wide () { multiple { either { A; } or { B; } or { C; } } D; }\n")
        automaton = json.loads(self.splc("debug", "--describe", "wide.spl")[0])["automata"][0]
        self.assertGreaterEqual(len(automaton["boxes"]), 2)  # A, B and C in one
        self.every_situation_is_shown(automaton)

    def test_verify(self):
        with Debugger(self, "--json", "--debug", "--save-trace=why.trace", "ping.spl", command="verify", status=1) as d, \
                d.events() as events:
            self.assertEqual(events.next()["mode"], "counterexample")
            seen = events.until("verdict")
            self.assertEqual((seen[-1]["property"], seen[-1]["bad"]), ("wrong", True))
            found = steps(seen)
            self.assertTrue(found)
        # The same run, saved.
        with Debugger(self, "ping.spl", "--trace=why.trace") as d, d.events() as events:
            self.assertEqual(steps(events.until("end")), found)

    def test_verify_shows_a_run_that_ends_as_one(self):
        self.write("over.spl", "automaton a() { A; B; }\nproperty p : always (B implies next B);\n")
        with Debugger(self, "--json", "--debug", "--no-built-in", "over.spl", command="verify", status=1) as d, \
                d.events() as events:
            verdict = events.until("verdict")[-1]
        self.assertEqual((verdict["property"], verdict["loop_start"]), ("p", None))
        self.assertIn("and then nothing more is accepted", verdict["text"])

    def test_values_are_those_of_the_run(self):
        """What no monitor needs to know, and whoever looks does."""
        self.write("in.spl", "automaton a(bool in) { either { Login; in = true; } or { Guest; } multiple { Data; } }\n")
        for way, value in ("Login", 1), ("Guest", 0):
            self.write("in.trace", f"{way}\nData\n")
            with self.subTest(way), Debugger(self, "in.spl", "--trace=in.trace") as d, d.events() as events:
                seen = events.until("end")
                situations = {e["id"]: e["situation"] for e in seen if e["type"] == "situation"}
                _, _, _, _, _, states = steps(seen)[-1]
                self.assertEqual(situations[states[0]]["values"], [[value]])

    def test_wrong_command_lines(self):
        self.write("a.trace", "Send_Ping\n")
        for arguments, error in (
                (["--listen=0.0.0.0:0", "ping.spl"], "can be reached by other machines"),
                (["--listen=nowhere", "ping.spl"], "is no ADDRESS:PORT"),
                (["--trace=a.trace", "--attach=http://127.0.0.1:1/x/", "ping.spl"], "do not go together"),
                (["--trace=none.trace", "ping.spl"], "none.trace"),
                (["--attach=http://127.0.0.1:1/x/", "ping.spl"], "cannot follow 127.0.0.1:1"),
                (["--attach=ftp://here/", "ping.spl"], "is not the address of a debugger's page"),
                (["--describe", "--trace=a.trace", "ping.spl"], "--describe"),
                (["-o", "x", "ping.spl"], "--describe"),
                (["--format=jsonl", "--trace=a.trace", "ping.spl"], "--map is missing"),
                (["--keep-going", "ping.spl"], "--trace"),
                (["none.spl"], "cannot read"),
        ):
            self.refused("debug", *arguments, error=error)

    def test_a_port_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.refused("debug", f"--listen=127.0.0.1:{taken.getsockname()[1]}", "ping.spl", error="cannot listen")


class ScriptedServer:
    """A debugger's server that says what it is told to, in one life after the other, at one address."""

    def __init__(self, test):
        self.test = test
        self.port = 0
        self.server = None
        self.described, _ = test.splc("debug", "--describe", "--dot=no-such-dot", "ping.spl")
        self.calls = json.loads(self.described)["statecalls"]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/token/"

    def hello(self, session="s", policies=("ping",)):
        return {"type": "hello", "format": 1, "session": session, "mode": "live", "title": "t", "version": "0",
                "policies": policies, "capabilities": []}

    @staticmethod
    def subject(number, **more):
        return {"type": "subject", "id": number, "policy": "ping", "title": f"subject {number}", "parent": None,
                "from_start": True, "seen": 0, "states": [0], **more}

    def steps(self, subject, *names, first=1):
        return {"type": "steps", "items": [[subject, first + i, 0, self.calls.index(name), 0, [None]]
                                           for i, name in enumerate(names)]}

    def start(self, *events, described=None):
        """A life: events are objects, or bytes as they are. The stream stays open until end(), unless the last
        one is None."""
        stay = not events or events[-1] is not None
        body = b"".join(e if isinstance(e, bytes) else f"data: {json.dumps(e)}\n\n".encode()
                        for e in events if e is not None)
        done = self.done = threading.Event()
        text = self.described if described is None else described

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                stream = self.path.endswith("stream")
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body if stream else text.encode())
                self.wfile.flush()
                if stream and stay:
                    done.wait(60)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):  # the other end may hang up when it likes
                pass

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def end(self):
        """The process is gone, with its socket."""
        if self.server is None:
            return
        self.done.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.server = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


support.main()
