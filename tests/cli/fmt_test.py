"""splc fmt: in place, to check, and as a filter."""

import os
import support

UGLY = "// keep me\nautomaton a(){A;   B  ; }\n"
NEAT = "// keep me\nautomaton a() {\n  A;\n  B;\n}\n"


class Fmt(support.CliTest):
    def test_filter(self):
        self.assertEqual(self.splc("fmt", "-", stdin=UGLY), (NEAT, ""))
        self.assertEqual(self.splc("fmt", "-", stdin=NEAT), (NEAT, ""))

    def test_in_place(self):
        self.write("a.spl", UGLY)
        os.chmod(self.path("a.spl"), 0o640)
        out, _ = self.splc("fmt", "a.spl")
        self.assertEqual(out, "a.spl: reformatted\n")
        self.assertEqual(self.read("a.spl"), NEAT)
        self.assertEqual(os.stat(self.path("a.spl")).st_mode & 0o777, 0o640)
        self.assertEqual(self.splc("fmt", "a.spl"), ("", ""))
        self.assertEqual(self.files(), ["a.spl", "ping.spl"])

    def test_in_place_through_a_link(self):
        self.write("a.spl", UGLY)
        os.symlink("a.spl", self.path("link.spl"))
        self.splc("fmt", "link.spl")
        self.assertTrue(os.path.islink(self.path("link.spl")))
        self.assertEqual(self.read("a.spl"), NEAT)

    def test_check_changes_nothing(self):
        self.write("a.spl", UGLY)
        self.write("b.spl", NEAT)
        out, _ = self.splc("fmt", "--check", "a.spl", "b.spl", exit=1)
        self.assertEqual(out, "a.spl: would be reformatted\n")
        self.assertEqual(self.read("a.spl"), UGLY)
        self.splc("fmt", "--check", "b.spl")

    def test_to_stdout(self):
        self.write("a.spl", UGLY)
        self.assertEqual(self.splc("fmt", "--stdout", "a.spl"), (NEAT, ""))
        self.assertEqual(self.read("a.spl"), UGLY)

    def test_syntax_errors_are_left_alone(self):
        broken = "automaton a( {A;   B  ; }\n"
        self.write("a.spl", broken)
        out, err = self.splc("fmt", "a.spl", exit=1)
        self.assertEqual(out, "")
        self.assertIn("a.spl:1:", err)
        self.assertEqual(self.read("a.spl"), broken)

    def test_missing_file(self):
        self.write("a.spl", UGLY)
        _, err = self.splc("fmt", "nowhere.spl", "a.spl", exit=2)
        self.assertIn("cannot read 'nowhere.spl'", err)
        self.assertEqual(self.read("a.spl"), NEAT)


support.main()
