"""splc debug: what it serves and prints, in its three modes, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import unittest
import urllib.error
import urllib.request

import support

POLITE = """\
automaton polite () {
  multiple {
    Send_Ping;
    optional { Receive_Pong; }
  }
}
"""


class Debugger:
    """A running splc debug; `with` ends it by Ctrl-C and looks at how."""

    def __init__(self, test, *arguments, status=0, command="debug"):
        self.test = test
        self.status = status
        environment = dict(os.environ, XDG_CACHE_HOME=test.cache)
        self.process = subprocess.Popen([support.SPLC, command, "--dot=no-such-dot", *arguments], cwd=test.dir,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        line = self.process.stdout.readline()
        while line and "http://" not in line:
            line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate()[1])
        self.url = json.loads(line)["url"] if line.startswith("{") else line.strip()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGINT)
        rest, self.errors = self.process.communicate(timeout=60)
        if kind is None:
            self.test.assertEqual(self.process.returncode, self.status, self.errors)
            self.test.assertEqual(rest, "")

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return answer.read().decode()

    def post(self, path, what):
        request = urllib.request.Request(self.url + path, data=json.dumps(what).encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def events(self):
        stream = urllib.request.urlopen(self.url + "api/stream", timeout=60)
        return Events(stream)


class Events:
    def __init__(self, stream):
        self.stream = stream

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()

    def next(self):
        while True:
            line = self.stream.readline()
            if not line:
                return None
            if line.startswith(b"data: "):
                return json.loads(line[6:])

    def until(self, kind):
        """Events up to the first of a kind, itself included."""
        seen = []
        while True:
            event = self.next()
            if event is None:
                raise AssertionError(f"no {kind}: {seen}")
            seen.append(event)
            if event["type"] == kind:
                return seen


def steps(events):
    return [item for event in events if event["type"] == "steps" for item in event["items"]]


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
                self.assertEqual(events.next()["states"], [0])
                self.assertEqual(d.post("api/step", {"subject": 1, "statecall": "Send_Ping"}), {"verdict": "accepted"})
                step = steps(events.until("steps"))[0]
                self.assertEqual(step[:5], [1, 1, 0, policy["statecalls"].index("Send_Ping"), 0])
                situation = automaton["situations"][step[5][0]]
                self.assertEqual(situation["values"], [[1], [0]])
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
        with LyingServer(self) as liar:
            with Debugger(self, "ping.spl", "--attach", liar.url) as d, d.events() as events:
                found = events.until("disagreement")[-1]
                self.assertIn("Done: the program's monitor accepts it, the interpreter refuses it", found["text"])
                self.assertEqual(found["number"], 2)
            self.assertIn("the engines disagree", d.errors)

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


class LyingServer:
    """A debugger's server whose monitor accepts what the policy refuses."""

    def __init__(self, test):
        import http.server
        import threading
        described, _ = test.splc("debug", "--describe", "--dot=no-such-dot", "ping.spl")
        calls = json.loads(described)["statecalls"]
        events = [
            {"type": "hello", "format": 1, "session": "s", "mode": "live", "title": "t", "version": "0",
             "policies": ["ping"], "capabilities": []},
            {"type": "subject", "id": 3, "policy": "ping", "title": "one", "parent": None, "from_start": True,
             "seen": 0, "states": [0]},
            {"type": "steps", "items": [[3, 1, 0, calls.index("Send_Ping"), 0, [None]],
                                        [3, 2, 0, calls.index("Done"), 0, [0]]]}]

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                stream = self.path.endswith("stream")
                self.send_response(200)
                self.end_headers()
                body = "".join(f"data: {json.dumps(e)}\n\n" for e in events) if stream else described
                self.wfile.write(body.encode())
                self.wfile.flush()
                if stream:
                    done.wait(60)

            def log_message(self, *_):
                pass

        done = self.done = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/token/"
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


if __name__ == "__main__":
    support.main()
