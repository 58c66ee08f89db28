"""Where output goes, colours, and what happens when it cannot be written."""

import os
import pty
import subprocess
import support


class Output(support.CliTest):
    def commands(self):
        """Each prints to standard output, and takes -o."""
        return [["check", "--json", "ping.spl"], ["dump", "ping.spl"], ["graph", "ping.spl"],
                ["promela", "ping.spl"]]

    def test_output_file(self):
        for command in self.commands():
            expected, _ = self.splc(*command)
            self.splc(*command, "-o", "out")
            self.assertEqual(self.read("out"), expected)
            self.assertEqual(self.files(), ["out", "ping.spl"])
            os.remove(self.path("out"))

    def test_unwritable_output(self):
        for command in self.commands():
            # A directory is where graph puts its pictures (cli.graph).
            for target in ["nowhere/out"] if command[0] == "graph" else ["nowhere/out", "."]:
                out, err = self.splc(*command, "-o", target, exit=2)
                self.assertEqual(out, "")
                self.assertIn(f"cannot write '{target}'", err)
            self.assertEqual(self.files(), ["ping.spl"])

    def test_errors_keep_the_old_output(self):
        self.write("bad.spl", "automaton a () { x = 1; }\n")
        self.write("out", "old")
        for command in ["dump", "graph", "promela"]:
            self.splc(command, "bad.spl", "-o", "out", exit=1)
            self.assertEqual(self.read("out"), "old")

    def test_output_to_special_files(self):
        self.splc("dump", "ping.spl", "-o", "/dev/null")
        self.assertFalse(os.path.isfile("/dev/null"))
        _, err = self.splc("dump", "ping.spl", "-o", "/dev/full", exit=2)
        self.assertIn("No space left", err)

    def test_files_that_belong_together_change_together(self):
        self.splc("cpp", "ping.spl", "--out-dir=out")
        before = self.read("out/ping.hpp")
        text = self.read("ping.spl")
        self.write("ping.spl", text + "automaton more () { Send_Ping; }\n")
        os.remove(self.path("out/ping_source_map.hpp"))
        os.mkdir(self.path("out/ping_source_map.hpp"))
        for more in [], ["--depfile=out/ping.d"]:
            _, err = self.splc("cpp", "ping.spl", "--out-dir=out", *more, exit=2)
            self.assertIn("cannot write 'out/ping_source_map.hpp': it is a directory", err)
            self.assertEqual(self.read("out/ping.hpp"), before)
            self.assertEqual(sorted(os.listdir(self.path("out"))), ["ping.hpp", "ping_source_map.hpp"])
        os.rmdir(self.path("out/ping_source_map.hpp"))
        self.splc("cpp", "ping.spl", "--out-dir=out", "--depfile=/dev/full", exit=2)
        self.assertEqual(os.listdir(self.path("out")), ["ping.hpp"])

    def test_full_disk_behind_standard_output(self):
        for command in self.commands() + [["--help"], ["check", "--help"], ["--man"]]:
            with open("/dev/full", "wb") as full:
                _, err = self.splc(*command, exit=2, stdout=full)
            self.assertIn("cannot write to standard output: No space left", err)

    def test_reader_that_goes_away(self):
        for command in self.commands():
            read_end, write_end = os.pipe()
            os.close(read_end)
            with os.fdopen(write_end, "wb") as pipe:
                _, err = self.splc(*command, exit=2, stdout=pipe)
            self.assertEqual(err, "")

    def test_closed_standard_streams(self):
        for closing, status in [(">&-", 2), ("2>&-", 0), ("<&-", 0), (">&- 2>&- <&-", 2)]:
            done = subprocess.run(["sh", "-c", f'"$0" dump ping.spl {closing}', support.SPLC],
                                  cwd=self.dir, capture_output=True, timeout=60, check=False)
            self.assertEqual(done.returncode, status, closing)

    def on_terminal(self, *args, env=None):
        """Standard error of splc, with a terminal there."""
        main_end, terminal = pty.openpty()
        environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        environment.update({"TERM": "xterm", **(env or {})})
        process = subprocess.Popen([support.SPLC, *args], cwd=self.dir, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=terminal, env=environment)
        os.close(terminal)
        text = support.read_to_end(main_end)
        os.close(main_end)
        process.wait(timeout=60)
        return text.decode()

    def test_colour(self):
        self.write("bad.spl", "automaton a () { x = 1; }\n")
        escape = "\x1b["
        self.assertIn(escape, self.on_terminal("check", "bad.spl"))
        self.assertNotIn(escape, self.on_terminal("check", "bad.spl", env={"NO_COLOR": "1"}))
        self.assertIn(escape, self.on_terminal("check", "bad.spl", env={"NO_COLOR": ""}))
        self.assertNotIn(escape, self.on_terminal("check", "--color=never", "bad.spl"))
        self.assertIn(escape, self.on_terminal("check", "--colour=always", "bad.spl",
                                               env={"NO_COLOR": "1"}))
        _, err = self.splc("check", "bad.spl", exit=1)
        self.assertNotIn(escape, err)
        _, err = self.splc("check", "--color=always", "bad.spl", exit=1)
        self.assertIn(escape, err)


support.main()
