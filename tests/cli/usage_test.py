"""Help, versions, and what happens when the command line makes no sense."""

import shutil
import subprocess
import support

COMMANDS = ["check", "fmt", "dump", "graph", "verify", "promela", "cpp", "simulate", "replay",
            "tests", "diff", "conform"]


class Usage(support.CliTest):
    def test_help_lists_every_command(self):
        out, err = self.splc("--help")
        self.assertEqual(err, "")
        for command in COMMANDS:
            self.assertRegex(out, rf"(?m)^  {command} ")

    def test_every_command_has_help_with_an_example_and_fits_the_screen(self):
        for command in COMMANDS:
            out, _ = self.splc(command, "--help")
            self.assertTrue(out.startswith(f"Usage: splc {command} "), out)
            self.assertIn("Example", out)
            self.assertIn(f"splc {command} ", out.split("Example")[1])
            self.assertLessEqual(max(map(len, out.splitlines())), 100)

    def test_version(self):
        out, _ = self.splc("--version")
        self.assertRegex(out, r"^splc \d+\.\d+\.\d+\n$")

    def test_list_of_diagnostics(self):
        out, _ = self.splc("--list-diagnostics")
        self.assertRegex(out, r"(?m)^SPL0033 undeclared-statecall +error ")
        self.assertRegex(out, r"(?m)^SPL0103 unreachable-statement +warning ")

    def refused(self, *args, error, hint=None):
        out, err = self.splc(*args, exit=2)
        self.assertEqual(out, "")
        self.assertRegex(err, error)
        if hint:
            self.assertRegex(err, hint)

    def test_nothing_asked(self):
        self.refused(error="no command was given", hint="--help")

    def test_unknown_command(self):
        self.refused("chek", "ping.spl", error="no command 'chek'", hint="did you mean 'check'")
        self.refused("ping.spl", error="'ping.spl' is not a command", hint="splc check ping.spl")

    def test_unknown_option(self):
        for command in COMMANDS:
            self.refused(command, "--colur=never", "ping.spl", error="no option '--colur'",
                         hint="did you mean '--colour'")
        self.refused("--verson", error="no option '--verson'", hint="did you mean '--version'")

    def test_missing_and_superfluous_arguments(self):
        for command in COMMANDS:
            self.refused(command, error="is missing", hint=f"splc {command} --help")
        self.refused("dump", "ping.spl", "pong.spl", error="unexpected argument 'pong.spl'")

    def test_bad_values(self):
        self.refused("dump", "--stage=dffa", "ping.spl", error="--stage: 'dffa' is not one of ast")
        self.refused("cpp", "--state-bound=many", "ping.spl", error="--state-bound")
        self.refused("cpp", "--state-bound=-1", "ping.spl", error="--state-bound")
        self.refused("verify", "--timeout=-1", "ping.spl", error="--timeout")

    def test_warning_options(self):
        self.refused("check", "-Wno-unreachable-statment", "ping.spl", error="no diagnostic",
                     hint="did you mean 'unreachable-statement'")
        self.refused("check", "-Wno-SPL0007", "ping.spl", error="cannot be turned off")

    def test_missing_policy(self):
        for command in COMMANDS:
            extra = {"replay": ["trace"], "diff": ["ping.spl"],
                     "conform": ["--map=map", "machine.dot"]}.get(command, [])
            self.refused(command, "pong.spl", *extra, error="cannot read 'pong.spl': No such file",
                         hint="did you mean 'ping.spl'")

    def test_standard_input_is_read_once(self):
        self.refused("replay", "-", "-", error="only once")
        self.refused("replay", "ping.spl", "-", "-", error="only once")
        self.refused("simulate", "-", error="must be a file")

    def test_policy_is_a_directory(self):
        self.refused("check", ".", error="directory")

    def test_manual_page_renders_without_warnings(self):
        self.splc("--man", "-o", "splc.1")
        page = self.read("splc.1")
        for command in COMMANDS:
            self.assertIn(f'.SS "splc {command} ', page)
        self.assertIsNotNone(shutil.which("groff"), "groff is needed to look at the manual page")
        done = subprocess.run(["groff", "-man", "-Tascii", "-P-cbou", "-ww", self.path("splc.1")],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, "")
        self.assertIn("EXIT STATUS", done.stdout)

    def test_bash_completion(self):
        self.splc("--bash-completion", "-o", "splc.bash")
        script = ('source ./splc.bash; COMP_WORDS=(splc {}); COMP_CWORD={}; _splc; '
                  'echo "${{COMPREPLY[@]}}"')
        for words, at, expected in [("ver", 1, "verify"), ("dump --sta", 2, "--stage --state-bound"),
                                    ("check pin", 2, "ping.spl")]:
            done = subprocess.run(["bash", "-c", script.format(words, at)], cwd=self.dir,
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.stdout.split(), expected.split(), done.stderr)


support.main()
