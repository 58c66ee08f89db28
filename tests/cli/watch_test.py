"""splc watch: rounds at every save, whichever way it is saved; Ctrl-C; exit status."""

import json
import os
import queue
import signal
import subprocess
import threading

import support

FINE = support.PING.replace("property wrong : never (ping.lost == 2);\n", "")
# Some millions of joint states: time enough to be overtaken.
SLOW = "".join(
    f"automaton {a} (int (0..150) v) {{ multiple {{ {a.upper()}; v = v + 1; if_full_{a}(v); }} }}\n"
    f"function if_full_{a} (int (0..150) n) {{ either (n == 150) {{ n = 0; }} or (n < 150) {{ }} }}\n"
    for a in "abc") + "property apart : never (a.v == 1 and b.v == 2 and c.v == 150);\n"


class Watch(support.CliTest):
    def start(self, *args, status=subprocess.PIPE):
        env = dict(os.environ, XDG_CACHE_HOME=self.cache)
        env.pop("NO_COLOR", None)
        self.watch = subprocess.Popen([support.SPLC, "watch", *args], cwd=self.dir, env=env,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(self.end)
        self.lines = queue.Queue()
        threading.Thread(target=self.collect, daemon=True).start()

    def collect(self):
        for line in self.watch.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def until(self, wanted):
        """The lines up to the first that has `wanted` in it."""
        seen = []
        while True:
            line = self.lines.get(timeout=60)
            self.assertIsNotNone(line, f"ended without '{wanted}': {seen}")
            seen.append(line)
            if wanted in line:
                return "\n".join(seen)

    def end(self):
        if self.watch.poll() is None:
            self.watch.kill()
        self.watch.wait()
        self.watch.stdout.close()

    def interrupt(self, how=signal.SIGINT):
        self.watch.send_signal(how)
        return self.watch.wait(timeout=100)

    def test_checks_and_verifies_at_every_save(self):
        self.write("fine.spl", FINE)
        self.start("fine.spl")
        self.assertIn("fine.spl: ok", self.until("7 proved"))
        self.write("fine.spl", support.PING)
        self.assertIn("FAILS       wrong", self.until("7 proved, 1 failing"))
        self.assertEqual(self.interrupt(), 1)

    def test_saves_of_every_kind(self):
        self.start("--no-verify", "ping.spl")
        self.until("ping.spl: ok")
        self.write("new", support.PING + "automaton more () { M; }\n")  # as most editors save
        os.replace(self.path("new"), self.path("ping.spl"))
        self.until("2 automata")
        os.remove(self.path("ping.spl"))
        self.until("cannot read 'ping.spl'")
        self.write("ping.spl", support.PING)
        self.until("1 automaton")
        with open(self.path("ping.spl"), "a") as f:
            f.write("automaton")
        self.until("SPL0007")
        self.assertEqual(self.interrupt(signal.SIGTERM), 1)

    def test_nothing_new_is_no_round(self):
        self.start("--no-verify", "ping.spl")
        self.until("ping.spl: ok")
        os.utime(self.path("ping.spl"))
        self.write("ping.spl", support.PING)
        self.write("ping.spl", FINE)
        self.assertEqual(self.until("3 properties").count("-- "), 1)
        self.assertEqual(self.interrupt(), 0)

    def test_imports_are_watched_even_those_that_are_missing(self):
        self.write("all.spl", 'import "parts/ping.spl";\n')
        self.start("--no-verify", "all.spl")
        self.until("cannot read 'parts/ping.spl'")
        os.mkdir(self.path("parts"))
        self.write("parts/ping.spl", support.PING)
        self.until("all.spl: ok")
        self.write("parts/ping.spl", FINE)
        self.until("3 properties")
        self.assertEqual(self.interrupt(), 0)

    def test_only_what_changed(self):
        self.write("fine.spl", FINE)
        self.start("--no-verify", "ping.spl", "fine.spl")
        self.until("fine.spl: ok")
        self.write("fine.spl", FINE + "property p : reachable Done;\n")
        self.assertNotIn("ping.spl", self.until("4 properties"))
        self.assertEqual(self.interrupt(), 0)

    def test_a_newer_text_overtakes_a_verification(self):
        self.write("slow.spl", SLOW)
        self.start("slow.spl")
        self.until("slow.spl: ok")
        self.write("slow.spl", FINE)
        self.until("7 proved")
        self.assertEqual(self.interrupt(), 0)

    def test_interrupted_while_verifying(self):
        self.write("slow.spl", SLOW)
        self.start("slow.spl")
        self.until("slow.spl: ok")
        self.assertEqual(self.interrupt(), 2)  # what was asked is not answered

    def test_json(self):
        self.start("--json", "--property=wrong", "ping.spl")
        lines = [json.loads(line) for line in self.until('"round"').splitlines()]
        self.assertEqual(lines[0]["policy"], "ping.spl")
        self.assertEqual(lines[1]["property"], "wrong")
        self.assertEqual(lines[-1], {"round": "ping.spl", "verdict": "problems"})
        self.assertEqual(self.interrupt(), 1)

    def test_warnings_are_shown_once(self):
        self.write("fine.spl", FINE + "function unused () { Done; }\n")
        self.start("fine.spl")
        self.assertEqual(self.until("7 proved").count("SPL0110"), 1)

    def test_standard_input_cannot_be_watched(self):
        _, err = self.splc("watch", "-", exit=2)
        self.assertIn("standard input cannot be watched", err)


if __name__ == "__main__":
    support.main()
