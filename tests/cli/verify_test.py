"""splc verify and splc promela: verdicts, traces, tools that fail."""

import json
import os
import signal
import subprocess
import time
import support

FINE = support.PING.replace("property wrong : never (ping.lost == 2);\n", "")


class Verify(support.CliTest):
    def test_all_proved(self):
        self.write("fine.spl", FINE)
        out, err = self.splc("verify", "fine.spl")
        self.assertEqual(err, "")
        for name in ["asked", "waits", "happy", r"\(never stuck\)"]:
            self.assertRegex(out, rf"(?m)^proved +{name} +\d+ ")
        self.assertIn("Send_Ping  Receive_Pong  Done", out)  # the witness of `happy`

    def test_failing_property_shows_its_trace(self):
        out, _ = self.splc("verify", "--property=wrong", "ping.spl", exit=1)
        self.assertRegex(out, r"(?m)^FAILS +wrong +\d+ ")
        self.assertRegex(out, r"(?m)^ +1  Send_Ping +ping\.spl:4 +ping\.waiting = true$")
        self.assertRegex(out, r"(?m)^ +4  Timeout +ping\.spl:10 +.*ping\.lost = 2")
        self.assertNotIn("asked", out)

    def test_json_and_replay_of_the_trace(self):
        out, _ = self.splc("verify", "--json", "ping.spl", exit=1)
        results = {r["property"]: r for r in map(json.loads, out.splitlines())}
        self.assertEqual(list(results)[-4:], ["asked", "waits", "wrong", "happy"])
        for result in results.values():
            self.assertIn(result["verdict"], ["proved", "fails", "not_finished"])
            for field in ["states", "seconds", "depth", "memory_mb"]:
                self.assertGreaterEqual(result[field], 0)
        wrong = results["wrong"]
        self.assertEqual(wrong["verdict"], "fails")
        self.assertEqual([s["statecall"] for s in wrong["trace"]],
                         ["Send_Ping", "Timeout", "Send_Ping", "Timeout"])
        self.assertEqual(wrong["trace"][3]["variables"]["ping.lost"], [2])
        self.assertEqual(wrong["trace"][0]["places"][0]["at"]["line"], 4)
        self.write("t", "\n".join(json.dumps(s) for s in wrong["trace"]))
        replayed, _ = self.splc("replay", "ping.spl", "t")
        self.assertIn("accepted (4 statecalls", replayed)

    def test_ltl(self):
        self.write("fine.spl", FINE)
        out, _ = self.splc("verify", "--ltl=never Done", "--property=asked", "fine.spl", exit=1)
        self.assertRegex(out, r"(?m)^FAILS +ltl ")
        self.assertRegex(out, r"(?m)^proved +asked ")
        _, err = self.splc("verify", "--ltl=always (Dome)", "fine.spl", exit=2)
        self.assertIn("Dome", err)
        self.splc("verify", "--ltl=)(", "fine.spl", exit=2)

    def test_unknown_property(self):
        _, err = self.splc("verify", "--property=wrogn", "ping.spl", exit=2)
        self.assertIn("did you mean 'wrong'", err)

    def test_missing_and_failing_tools(self):
        _, err = self.splc("verify", "--spin=/nowhere/spin", "ping.spl", exit=2)
        self.assertIn("/nowhere/spin", err)
        _, err = self.splc("verify", "--spin=false", "ping.spl", exit=2)
        self.assertIn("failed with exit status 1", err)
        _, err = self.splc("verify", "--cc=/nowhere/cc", "ping.spl", exit=2)
        self.assertIn("/nowhere/cc", err)

    def test_errors_in_the_policy(self):
        self.write("bad.spl", "automaton a () { x = 1; }\n")
        for command in ["verify", "promela"]:
            _, err = self.splc(command, "bad.spl", exit=1)
            self.assertIn("bad.spl:1:", err)

    def test_models(self):
        out, _ = self.splc("promela", "ping.spl")
        self.assertIn("Send_Ping", out)
        one, _ = self.splc("promela", "--property=asked", "ping.spl")
        self.assertIn("asked", one)

    def test_interrupt_leaves_nothing_behind(self):
        # A Spin that takes its time.
        self.write("slow", "#!/bin/sh\nexec sleep 60\n")
        os.chmod(self.path("slow"), 0o755)
        temporary = self.path("tmp")
        os.mkdir(temporary)
        process = subprocess.Popen([support.SPLC, "verify", f"--spin={self.path('slow')}", "ping.spl"],
                                   cwd=self.dir, env={**os.environ, "TMPDIR": temporary,
                                                     "XDG_CACHE_HOME": self.cache},
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 30
        while not os.listdir(temporary) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertTrue(os.listdir(temporary), "splc verify works in TMPDIR")
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        process.communicate(timeout=60)
        self.assertLess(time.monotonic() - started, 30)
        self.assertEqual(process.returncode, 2)
        self.assertEqual(os.listdir(temporary), [])


support.main()
