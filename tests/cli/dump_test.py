"""splc dump: every stage in every format."""

import json
import support


class Dump(support.CliTest):
    def test_text(self):
        for stage, expected in [("ast", "Send_Ping"), ("automaton", "wait Send_Ping"),
                                ("dfa", "Send_Ping")]:
            out, err = self.splc("dump", f"--stage={stage}", "ping.spl")
            self.assertIn(expected, out)
            self.assertEqual(err, "")

    def test_json(self):
        for stage in ["ast", "automaton", "dfa"]:
            out, _ = self.splc("dump", f"--stage={stage}", "--format=json", "ping.spl")
            self.assertEqual(json.loads(out)["version"], 1)

    def test_dot(self):
        for stage in ["automaton", "dfa"]:
            out, _ = self.splc("dump", f"--stage={stage}", "--format=dot", "ping.spl")
            self.assertTrue(out.startswith("digraph"), out[:40])
        _, err = self.splc("dump", "--stage=ast", "--format=dot", "ping.spl", exit=2)
        self.assertIn("--format=dot", err)

    def test_the_tree_of_a_policy_that_does_not_check(self):
        self.write("bad.spl", "automaton a () { x = 1; }\n")
        self.splc("dump", "--stage=ast", "bad.spl")
        _, err = self.splc("dump", "--stage=automaton", "bad.spl", exit=1)
        self.assertIn("bad.spl:1:", err)

    def test_state_bound(self):
        out, err = self.splc("dump", "--stage=dfa", "--state-bound=5", "ping.spl", exit=1)
        self.assertEqual(out, "")
        self.assertIn("SPL0201", err)
        self.assertIn("more than 5 states", err)


support.main()
