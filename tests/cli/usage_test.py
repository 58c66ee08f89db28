"""Help, versions, and what happens when the command line makes no sense."""

import os
import re
import shutil
import subprocess
import support

COMMANDS = ["check", "fmt", "dump", "graph", "verify", "promela", "cpp", "simulate", "debug", "replay",
            "tests", "diff", "conform", "compose", "watch"]


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
            extra = {"replay": ["trace"], "diff": ["ping.spl"], "compose": ["ping.spl"],
                     "conform": ["--map=map", "machine.dot"]}.get(command, [])
            self.refused(command, "pong.spl", *extra, error="cannot read 'pong.spl': No such file",
                         hint="did you mean 'ping.spl'")

    def test_standard_input_is_read_once(self):
        self.refused("replay", "-", "-", error="only once")
        self.refused("replay", "ping.spl", "-", "-", error="only once")
        self.refused("simulate", "-", error="must be a file")

    def test_policy_is_a_directory(self):
        self.refused("check", ".", error="directory")

    def test_manual_pages_render_without_warnings(self):
        self.splc("--man-pages", "man/pages")
        pages = sorted(os.listdir(self.path("man/pages")))
        listed = re.findall(r"(?m)^  (\w+) ", self.splc("--help")[0].split("Commands:")[1].split("\n\n")[0])
        self.assertLessEqual(set(COMMANDS), set(listed))
        self.assertEqual(pages, sorted(["splc.1"] + [f"splc-{c}.1" for c in listed]))
        self.assertEqual(self.splc("--man")[0], self.read("man/pages/splc.1"))
        self.assertIsNotNone(shutil.which("groff"), "groff is needed to look at the manual pages")
        for page in pages:
            done = subprocess.run(["groff", "-man", "-Tascii", "-P-cbou", "-ww",
                                   self.path(f"man/pages/{page}")],
                                  capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)
            for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO"]:
                self.assertRegex(done.stdout, rf"(?m)^{section}$")

    def test_manual_pages_name_every_option_of_the_help(self):
        self.splc("--man-pages", "man")
        for command in COMMANDS:
            page = self.read(f"man/splc-{command}.1").replace("\\-", "-")
            for option in re.findall(r"(?m)^  (?:-\w, )?(--[\w-]+)", self.splc(command, "--help")[0]):
                self.assertIn(f"\\fB{option}\\fR", page)

    def test_manual_pages_cannot_be_written(self):
        self.refused("--man-pages", "ping.spl/man", error="cannot make directory 'ping.spl/man'")


support.main()
