"""splc simulate, driven by a script."""

import os
import pty
import subprocess
import support


class Simulate(support.CliTest):
    def session(self, *commands):
        out, err = self.splc("simulate", "ping.spl", stdin="\n".join(commands) + "\n")
        self.assertEqual(err, "")
        return out

    def test_shows_where_it_stands(self):
        out = self.session()
        self.assertIn("ping\n  waiting = false  lost = 0\n    ping.spl:4: Send_Ping;\n", out)
        self.assertIn("    1  Ask\n    2  Send_Ping\n", out)
        self.assertNotIn("> ", out)

    def test_steps_by_name_number_and_start_of_a_name(self):
        out = self.session("Send_Ping", "Rec", "1", "Ans")
        for step in ["    1  Send_Ping  accepted", "    2  Receive_Pong  accepted",
                     "    3  Ask  accepted", "    4  Answer  accepted"]:
            self.assertIn(step, out)
        self.assertIn("waiting = true  lost = 0", out)

    def test_refusal_moves_nothing(self):
        out = self.session("Receive_Pong", "trace")
        self.assertIn("Receive_Pong  violates the policy; nothing has moved", out)
        self.assertIn("  nothing yet", out)

    def test_undo_and_reset(self):
        out = self.session("Send_Ping", "Timeout", "undo", "trace", "undo 5", "undo", "reset")
        self.assertIn("took back 1 step\n", out)
        self.assertIn("\n  Send_Ping\n", out)
        self.assertIn("there is nothing to undo", out)
        self.assertIn("back at the start", out)

    def test_undo_of_a_long_run_leads_back_to_the_same_place(self):
        self.write("loop.spl", "automaton a (int (0 .. 6) n) { multiple { A; n = n + 1; "
                               "either (n == 6) { B; n = 0; } or (n < 6) { } } }\n")
        walk, _ = self.splc("simulate", "loop.spl", stdin="random 200\nstate\n")
        back, _ = self.splc("simulate", "loop.spl", stdin="random 400\nundo 200\nstate\n")
        self.assertEqual(walk.splitlines()[-6:], back.splitlines()[-6:])

    def test_random_walks_are_reproducible(self):
        self.assertEqual(self.session("random 30"), self.session("random 30"))
        one, _ = self.splc("simulate", "--seed=7", "ping.spl", stdin="random 30\n")
        two, _ = self.splc("simulate", "--seed=8", "ping.spl", stdin="random 30\n")
        self.assertNotEqual(one, two)

    def test_saved_traces_replay(self):
        out = self.session("random 10", "save walk.trace", "quit", "never reached")
        self.assertIn("to 'walk.trace'", out)
        self.assertNotIn("never", out)
        replayed, _ = self.splc("replay", "ping.spl", "walk.trace")
        self.assertIn("accepted", replayed)

    def test_nonsense(self):
        out = self.session("fly", "Fly", "99", "undo x", "random -1", "save", "\0\x1b[2J", "x" * 100_000)
        self.assertIn("there is no command 'fly'", out)
        self.assertIn("there is no statecall 'Fly'", out)
        self.assertIn("there is no number 99", out)
        self.assertIn("'x' is not a number", out)
        self.assertIn("save wants a file name", out)
        self.assertNotIn("\x1b", out)
        self.assertLess(len(out), 5000)

    def test_on_a_terminal(self):
        main_end, terminal = pty.openpty()
        process = subprocess.Popen([support.SPLC, "simulate", "ping.spl"], cwd=self.dir, stdin=terminal,
                                   stdout=terminal, stderr=terminal,
                                   env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"})
        os.close(terminal)
        os.write(main_end, b"Send_Ping\nquit\n")
        text = support.read_to_end(main_end)
        os.close(main_end)
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertIn(b"help lists the commands", text)
        self.assertIn(b"> ", text)
        self.assertIn(b"Send_Ping  accepted", text)

    def test_help(self):
        self.assertIn("undo [N]", self.session("help"))


support.main()
