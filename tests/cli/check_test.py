"""splc check: verdicts, formats of diagnostics, -W options."""

import json
import support

BROKEN = "automaton a () { A; b = 1 }\nautomaton b ( { }\n"
DEAD = "automaton a () { A; exit; B; }\n"


class Check(support.CliTest):
    def test_ok(self):
        out, err = self.splc("check", "ping.spl")
        self.assertEqual(out, "ping.spl: ok (1 automaton, 6 statecalls, 4 properties)\n")
        self.assertEqual(err, "")
        self.assertEqual(self.splc("check", "-q", "ping.spl"), ("", ""))

    def test_standard_input(self):
        out, _ = self.splc("check", "-", stdin=support.PING)
        self.assertIn("-: ok", out)

    def test_errors(self):
        self.write("broken.spl", BROKEN)
        out, err = self.splc("check", "broken.spl", exit=1)
        self.assertEqual(out, "")
        self.assertRegex(err, r"broken\.spl:1:\d+: error: .*\[SPL0007")
        self.assertRegex(err, r"broken\.spl:2:\d+: error: ")

    def test_one_bad_policy_does_not_hide_the_others(self):
        self.write("broken.spl", BROKEN)
        out, err = self.splc("check", "broken.spl", "ping.spl", exit=1)
        self.assertIn("ping.spl: ok", out)
        self.assertIn("broken.spl:1", err)
        self.splc("check", "nowhere.spl", "broken.spl", "ping.spl", exit=2)

    def test_warnings(self):
        self.write("dead.spl", DEAD)
        out, err = self.splc("check", "dead.spl")
        self.assertIn("ok", out)
        self.assertIn("warning: ", err)
        self.assertIn("SPL0103 unreachable-statement", err)

    def test_warnings_as_errors(self):
        self.write("dead.spl", DEAD)
        for option in ["-Werror", "-Werror=unreachable-statement", "-Werror=SPL0103"]:
            _, err = self.splc("check", option, "dead.spl", exit=1)
            self.assertRegex(err, r"dead\.spl:1:\d+: error: .*SPL0103")
        self.splc("check", "-q", "-Werror", "dead.spl", exit=1)
        self.splc("check", "-Werror=unused-function", "dead.spl")

    def test_warnings_off_and_on(self):
        self.write("dead.spl", DEAD)
        for options in [["-Wno-unreachable-statement"], ["-Wno-spl0103", "-Werror"]]:
            _, err = self.splc("check", *options, "dead.spl", *(["-Wno-never-finishes",
                               "-Wno-similar-statecalls", "-Wno-statecall-never-accepted"]))
            self.assertEqual(err, "")
        _, err = self.splc("check", "-Wno-SPL0103", "-WSPL0103", "dead.spl")
        self.assertIn("SPL0103", err)

    def test_json_diagnostics(self):
        self.write("broken.spl", BROKEN)
        out, err = self.splc("check", "--diagnostics=json", "broken.spl", exit=1)
        self.assertEqual(err, "")
        report = json.loads(out)
        self.assertEqual(report["version"], 1)
        first = report["diagnostics"][0]
        self.assertEqual((first["file"], first["line"], first["severity"]),
                         ("broken.spl", 1, "error"))
        self.assertEqual(first["id"], "SPL0007")

    def test_sarif(self):
        self.write("broken.spl", BROKEN)
        self.splc("check", "--diagnostics=sarif", "-o", "out.sarif", "broken.spl", exit=1)
        report = json.loads(self.read("out.sarif"))
        self.assertEqual(report["version"], "2.1.0")
        result = report["runs"][0]["results"][0]
        self.assertEqual(result["ruleId"], "SPL0007")
        place = result["locations"][0]["physicalLocation"]
        self.assertEqual(place["artifactLocation"]["uri"], "broken.spl")
        self.assertEqual(place["region"]["startLine"], 1)

    def test_json_results(self):
        self.write("broken.spl", BROKEN)
        out, err = self.splc("check", "--json", "ping.spl", "broken.spl", exit=1)
        self.assertEqual(err, "")
        good, bad = map(json.loads, out.splitlines())
        self.assertEqual(good["policy"], "ping.spl")
        self.assertEqual(good["verdict"], "ok")
        self.assertEqual(good["automata"], ["ping"])
        self.assertEqual(good["properties"], ["asked", "waits", "wrong", "happy"])
        self.assertEqual((good["statecalls"], good["errors"], good["warnings"]), (6, 0, 0))
        self.assertEqual(good["diagnostics"], [])
        self.assertEqual(bad["verdict"], "errors")
        self.assertEqual(bad["errors"], len(bad["diagnostics"]))
        self.assertEqual(bad["automata"], [])

    def test_missing_import_is_a_fault_of_the_policy(self):
        self.write("main.spl", 'import "nowhere.spl";\nautomaton a () { A; }\n')
        _, err = self.splc("check", "main.spl", exit=1)
        self.assertRegex(err, r"main\.spl:1:\d+: error: cannot read 'nowhere\.spl'")

    def test_any_bytes(self):
        hostile = {
            "binary": bytes(range(256)) * 400,
            # Runs that are long enough to be noticed if time grew with their square.
            "zeros": b"\0" * 3_000_000,
            "zeros in a comment": b"/*" + b"\0" * 3_000_000,
            "zeros in a string": b'import "' + b"\0" * 3_000_000,
            "zeros behind //": b"//" + b"\0" * 3_000_000,
            "one line": b"A " * 2_000_000,
            "braces": b"automaton a () " + b"{" * 100_000,
            "brackets": b"automaton a () { x = " + b"(" * 100_000,
            "comment": b"/*" * 100_000,
            "cut off": support.PING.encode()[:137],
            "empty": b"",
        }
        for name, content in hostile.items():
            with self.subTest(name):
                self.write("hostile.spl", content)
                out, err = self.splc("check", "hostile.spl", exit=1)
                self.assertEqual(out, "")
                self.assertIn("error: ", err)
                self.assertLess(len(err), 200_000)


support.main()
