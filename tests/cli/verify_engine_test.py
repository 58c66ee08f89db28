"""splc verify, the engine: cache, bitstate, arguments, kept files, progress, Ctrl-C, sick tools."""

import json
import os
import pty
import re
import resource
import select
import signal
import subprocess
import time
import support

FINE = support.PING.replace("property wrong : never (ping.lost == 2);\n", "")

# 30^8 joint states: no verifier is done with that.
HUGE = "".join(f"automaton a{i} () {{ multiple (29) {{ A{i}; }} }}\n" for i in range(8)) \
    + "property live : always eventually a0.finished;\n"


def children_of(directory):
    """Processes that work in a directory below this one."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            cwd = os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            continue
        if cwd.startswith(directory + "/"):
            found.append(pid)
    return found


class Engine(support.CliTest):
    def setUp(self):
        super().setUp()
        self.write("fine.spl", FINE)
        os.mkdir(self.path("tmp"))

    def script(self, name, body):
        self.write(name, "#!/bin/sh\n" + body + "\n")
        os.chmod(self.path(name), 0o755)
        return self.path(name)

    def results(self, *args, exit=0, **more):
        out, _ = self.splc("verify", "--json", *args, exit=exit, **more)
        return {r["property"]: r for r in map(json.loads, out.splitlines())}

    # -- the cache

    def test_an_unchanged_policy_is_not_searched_again(self):
        first = self.results("ping.spl", exit=1)
        second = self.results("ping.spl", exit=1)
        for name, result in first.items():
            self.assertFalse(result["cached"])
            for same in ["verdict", "states", "depth", "why", "loop_start", "exhaustive"]:
                self.assertEqual(result[same], second[name][same], name)
            self.assertEqual(result["trace"], second[name]["trace"])
        self.assertTrue(second["asked"]["cached"] and second["wrong"]["cached"])
        out, _ = self.splc("verify", "fine.spl")
        self.assertRegex(out, r"(?m)^proved +asked +.* cached ")
        out, _ = self.splc("verify", "--no-cache", "fine.spl")
        self.assertNotIn("cached", out)

    def test_another_property_is_searched(self):
        self.results("fine.spl")
        self.write("fine.spl", FINE.replace("Send_Ping precedes", "Timeout precedes"))
        self.assertFalse(self.results("fine.spl", exit=1)["asked"]["cached"])

    def test_a_directory_for_the_cache(self):
        self.results("--cache-dir=here/there", "fine.spl")
        self.assertTrue(os.listdir(self.path("here/there")))
        self.assertEqual(os.listdir(self.cache), [])
        for name in os.listdir(self.path("here/there")):
            self.write("here/there/" + name, b"\0\xff" * 99)
        self.assertFalse(self.results("--cache-dir=here/there", "fine.spl")["asked"]["cached"])
        self.assertTrue(self.results("--cache-dir=here/there", "fine.spl")["asked"]["cached"])
        _, err = self.splc("verify", "--cache-dir=ping.spl/x", "fine.spl", exit=2)
        self.assertIn("cannot make directory 'ping.spl/x'", err)

    def test_a_cache_that_cannot_be_written_hinders_nobody(self):
        env = {"XDG_CACHE_HOME": self.path("ping.spl")}
        self.assertFalse(self.results("fine.spl", env=env)["asked"]["cached"])

    # -- ways to search

    def test_bitstate_proves_nothing(self):
        results = self.results("--bitstate", "--property=waits", "--property=happy", "fine.spl", exit=2)
        self.assertEqual(results["waits"]["verdict"], "not_refuted")
        self.assertFalse(results["waits"]["exhaustive"])
        self.assertGreater(results["waits"]["hash_factor"], 1)
        self.assertEqual(results["happy"]["verdict"], "proved")  # it was seen
        out, _ = self.splc("verify", "--bitstate", "--variants=2", "fine.spl", exit=2)
        self.assertRegex(out, r"(?m)^not refuted +waits ")
        self.assertIn("hash factor", out)
        self.assertRegex(out, r"\d+ not refuted")
        self.assertEqual(self.results("--bitstate", "ping.spl", exit=1)["wrong"]["verdict"], "fails")
        _, err = self.splc("verify", "--variants=2", "fine.spl", exit=2)
        self.assertIn("--bitstate", err)

    def test_arguments_are_passed_on(self):
        kept = ["--keep=kept", "--property=waits", "--spin-arg=-o3", "--cc-arg=-DCOLLAPSE",
                "--pan-arg=-w19", "--pan-arg=-h7", "fine.spl"]
        self.assertEqual(self.results(*kept)["waits"]["verdict"], "proved")
        commands = self.read("kept/property-waits/commands.sh")
        self.assertRegex(commands, r"(?m)^\S*spin .*-o3 -a model\.pml$")
        self.assertRegex(commands, r"(?m)-DCOLLAPSE pan\.c$")
        self.assertRegex(commands, r"(?m)^\./pan .* -w19 -h7$")
        self.assertIn("+ Compression", self.read("kept/property-waits/pan.out"))
        for cut in ["--cc-arg=-DBITSTATE", "--pan-arg=-m100", "--spin-arg=-DX=1"]:
            result = self.results(cut, "--property=waits", "fine.spl", exit=2)["waits"]
            self.assertEqual(result["verdict"], "not_refuted", cut)
            self.assertIn("may cut the search", result["why"])
        for wrong in ["--pan-arg=-t_reverse", "--cc-arg=-DT_REVERSE"]:
            _, err = self.splc("verify", wrong, "fine.spl", exit=2)
            self.assertIn("runs that do not exist", err)
        _, err = self.splc("verify", "--cc-arg=-Dint=float", "--property=waits", "fine.spl", exit=2)
        self.assertIn("failed", err)

    def test_kept_files_can_be_used_by_hand(self):
        self.splc("verify", "--keep=kept", "--property=wrong", "ping.spl", exit=1)
        there = self.path("kept/property-wrong")
        for name in ["model.pml", "pan.c", "pan", "pan.out", "model.pml.trail", "commands.sh"]:
            self.assertIn(name, os.listdir(there))
        for name in ["pan", "model.pml.trail"]:
            os.remove(os.path.join(there, name))
        done = subprocess.run(["sh", "commands.sh"], cwd=there, capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertIn("errors: 1", done.stdout)
        self.assertIn("statecall Timeout", done.stdout)
        _, err = self.splc("verify", "--keep=ping.spl/x", "ping.spl", exit=2)
        self.assertIn("cannot make directory 'ping.spl/x'", err)

    def test_automata_that_do_not_matter_are_left_out(self):
        text = "automaton a () { A; B; }\nautomaton c () { multiple { C; D; } }\n" \
            "property p : A precedes B;\n"
        self.write("two.spl", text)
        self.assertEqual(self.results("two.spl")["p"]["left_out"], ["c"])
        self.assertEqual(self.results("--no-slicing", "two.spl")["p"]["left_out"], [])
        self.assertIn("1 check decided without c", self.splc("verify", "two.spl")[0])

    # -- tools that fail

    def sick(self, expected, *args, **more):
        """Exit status 2, a clear message, nothing proved of `asked`, nothing left behind."""
        out, err = self.splc("verify", "--no-cache", "--property=asked", *args, "fine.spl", exit=2,
                             env={"TMPDIR": self.path("tmp")}, **more)
        self.assertRegex(out + err, expected)
        self.assertNotRegex(out, r"(?m)^proved")
        self.assertEqual(os.listdir(self.path("tmp")), [])

    def test_crashing_tools(self):
        self.sick(r"'spin' was ended by signal 11 \(Segmentation fault\)",
                  "--spin=" + self.script("s", "kill -SEGV $$"))
        self.sick(r"c' was ended by signal 6 \(Aborted\)", "--cc=" + self.script("c", "kill -ABRT $$"))
        self.sick(r"'the verifier' was ended by signal 11",
                  "--cc=" + self.script("c", "printf '#!/bin/sh\\nkill -SEGV $$\\n' > pan; chmod +x pan"))

    def test_tools_that_write_garbage(self):
        self.sick("failed", "--spin=" + self.script("s", "head -c 5000 /dev/urandom > pan.c"))
        self.sick("cannot run|failed|stopped early",
                  "--cc=" + self.script("c", "head -c 5000 /dev/zero > pan; chmod +x pan"))
        garbage = "printf '#!/bin/sh\\nhead -c 99999 /dev/urandom; exit 0\\n' > pan; chmod +x pan"
        self.sick("not finished.*asked|stopped early", "--cc=" + self.script("c", garbage))
        claims = "printf '#!/bin/sh\\necho State-vector 36 byte, depth reached 7, errors: 1\\n' > pan"
        self.sick("spin -t", "--cc=" + self.script("c", claims + "; chmod +x pan"))

    def test_tools_that_print_without_end(self):
        self.sick("printed without end", "--spin=" + self.script("s", "exec yes"))

    def test_tools_that_hang(self):
        for args in [["--spin=" + self.script("s", "exec sleep 100")],
                     ["--cc=" + self.script("c", "sleep 100 & wait")]]:
            self.sick(r"(?m)^not finished asked: .*\n  .*not done after 1.0 s", "--timeout=1", *args)
        self.assertEqual(children_of(self.path("tmp")), [])

    def test_a_full_disk(self):
        # A limit on the size of files stands for it: the model fits, what spin writes does not.
        def limited():
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
        self.sick("failed|signal", preexec_fn=limited)

        def none():
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        self.sick("cannot write .*model.pml': File too large", preexec_fn=none)

    def test_bad_input_to_verify(self):
        for formula in ["", "always", "always (", "p q", "never (ping.lost == ", "\x00\xff", "("  * 5000]:
            _, err = self.splc("verify", "--ltl=" + formula.replace("\x00", "\x01"), "ping.spl", exit=2)
            self.assertIn("error", err)
        for bad in [["--timeout=-1"], ["--timeout=soon"], ["--memory=-5"], ["--variants=0"], ["-j", "x"]]:
            _, err = self.splc("verify", *bad, "ping.spl", exit=2)
            self.assertIn("error", err)
        self.write("odd.spl", "automaton a (int (5 .. 2) n) { A; }\n")
        _, err = self.splc("verify", "odd.spl", exit=1)
        self.assertIn("odd.spl:1:", err)

    # -- a terminal, and Ctrl-C

    def start(self, *args, **more):
        environment = {**os.environ, "TMPDIR": self.path("tmp"), "XDG_CACHE_HOME": self.cache,
                       "TERM": "xterm"}
        return subprocess.Popen([support.SPLC, "verify", *args], cwd=self.dir, env=environment, **more)

    def test_progress_on_a_terminal(self):
        self.write("huge.spl", HUGE)
        master, slave = pty.openpty()
        process = self.start("--no-built-in", "--timeout=40", "huge.spl", stdin=slave,
                             stdout=subprocess.DEVNULL, stderr=slave)
        os.close(slave)
        seen = ""
        deadline = time.monotonic() + 60
        line = r"0 done \| live [\d.]+[kM] states, [\d.]+[kM]?/s, depth \d+, \d+ MB, \d+ s"
        while time.monotonic() < deadline and not re.search(line, seen):
            if select.select([master], [], [], 1)[0]:
                seen += os.read(master, 4096).decode()
        self.assertRegex(seen, line)
        process.send_signal(signal.SIGINT)
        # It clears its line, and is gone.
        seen += support.read_to_end(master).decode()
        process.wait(timeout=60)
        os.close(master)
        self.assertTrue(seen.rstrip().endswith("\r\x1b[K") or "\r\x1b[K" in seen[-200:])
        self.assertEqual(process.returncode, 2)

    def test_no_progress_elsewhere(self):
        for args in [[], ["--quiet"]]:
            _, err = self.splc("verify", *args, "fine.spl")
            self.assertEqual(err, "")

    def test_signals_end_all_children(self):
        self.write("huge.spl", HUGE)
        for number in [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]:
            process = self.start("-j2", "huge.spl", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            deadline = time.monotonic() + 60
            while not children_of(self.path("tmp")) and time.monotonic() < deadline:
                time.sleep(0.02)
            self.assertTrue(children_of(self.path("tmp")), "something runs in TMPDIR")
            process.send_signal(number)
            out, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 2)
            self.assertIn("interrupted", out.decode())
            self.assertEqual(children_of(self.path("tmp")), [])
            self.assertEqual(os.listdir(self.path("tmp")), [])


support.main()
