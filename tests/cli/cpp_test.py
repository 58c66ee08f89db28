"""splc cpp: the files, when they are written, and what builds are told."""

import json
import os
import support


class Cpp(support.CliTest):
    def test_files(self):
        self.assertEqual(self.splc("cpp", "ping.spl", "--out-dir", "gen/deep"), ("", ""))
        self.assertEqual(sorted(os.listdir(self.path("gen/deep"))),
                         ["ping.hpp", "ping_source_map.hpp"])
        self.assertIn("namespace ping", self.read("gen/deep/ping.hpp"))

    def test_names(self):
        self.splc("cpp", "ping.spl", "--namespace=proto::p", "--stem=monitor")
        self.assertIn("proto::p", self.read("monitor.hpp"))
        for option in ["--namespace=1x", "--namespace=a b", "--stem=../x", "--stem="]:
            status, out, err = self.run_splc("cpp", "ping.spl", option)
            if option == "--stem=":
                continue  # the same as leaving it out, or an error: never a crash
            self.assertEqual((status, out), (2, ""), err)
            self.assertIn("cannot be", err)

    def test_c_files(self):
        self.assertEqual(self.splc("cpp", "--lang=c", "ping.spl", "--out-dir", "gen",
                                   "--depfile=gen/ping.d"), ("", ""))
        self.assertEqual(sorted(os.listdir(self.path("gen"))),
                         ["ping.c", "ping.d", "ping.h", "ping_source_map.c"])
        self.assertIn("ping_verdict ping_tick(ping_monitor *monitor, uint32_t statecall);",
                      self.read("gen/ping.h"))
        self.assertTrue(self.read("gen/ping.d").startswith("gen/ping.h gen/ping.c gen/ping_s"))

    def test_c_names(self):
        self.splc("cpp", "--lang=c", "ping.spl", "--namespace=icmp", "--stem=my-ping")
        self.assertIn('#include "my-ping.h"', self.read("my-ping.c"))
        self.assertIn("icmp_tick(", self.read("my-ping.h"))
        for option in ["--namespace=a::b", "--namespace=int", "--stem=../x"]:
            status, out, err = self.run_splc("cpp", "--lang=c", "ping.spl", option)
            self.assertEqual((status, out), (2, ""), err)
            self.assertIn("cannot be", err)
        status, _, err = self.run_splc("cpp", "--lang=rust", "ping.spl")
        self.assertEqual(status, 2)
        self.assertIn("c++", err)

    def test_unchanged_files_keep_their_time(self):
        self.splc("cpp", "ping.spl")
        os.utime(self.path("ping.hpp"), (1000, 1000))
        self.splc("cpp", "ping.spl")
        self.assertEqual(os.stat(self.path("ping.hpp")).st_mtime, 1000)
        self.write("ping.spl", support.PING.replace("Ask;", "Ask; Think;"))
        self.splc("cpp", "ping.spl")
        self.assertNotEqual(os.stat(self.path("ping.hpp")).st_mtime, 1000)
        self.assertIn("Think", self.read("ping.hpp"))

    def test_depfile_names_imports(self):
        self.write("part one.spl", "function f () { F; }\n")
        self.write("main.spl", 'import "part one.spl";\nautomaton a () { f(); }\n')
        self.splc("cpp", "main.spl", "--out-dir=gen", "--depfile=main.d")
        rule = self.read("main.d").replace("\\\n", " ")
        targets, prerequisites = rule.split(":")
        self.assertEqual(targets.split(), ["gen/main.hpp", "gen/main_source_map.hpp"])
        self.assertIn("main.spl", prerequisites.split())
        self.assertIn("part\\ one.spl", prerequisites)

    def test_no_dfa_no_files(self):
        self.write("wide.spl", "automaton a (int n) { multiple { A; n = n + 1; } "
                               "while (n > 0) { B; n = n - 1; } }\n")
        out, err = self.splc("cpp", "wide.spl", "--state-bound=100", exit=1)
        self.assertEqual(out, "")
        self.assertIn("SPL0201", err)
        self.assertIn("'n'", err)
        self.assertEqual(self.files(), ["ping.spl", "wide.spl"])

    def test_sets_of_configurations(self):
        # The 20th letter from the end: two million states, but few configurations.
        self.write("kth.spl", "automaton kth () { multiple { either { A; } or { B; } } A; "
                              "multiple (20) { either { A; } or { B; } } }\n")
        self.splc("check", "kth.spl")
        out, _ = self.splc("cpp", "kth.spl", "--state-bound=1000", "--stats")
        self.assertRegex(out, r"(?m)^kth +44 .* set$")
        self.assertIn("kept as a set", self.read("kth.hpp"))
        self.splc("cpp", "kth.spl", "--state-bound=1000", "--lang=c")
        self.assertIn("kth_is_alive", self.read("kth.h"))
        _, err = self.splc("cpp", "kth.spl", "--state-bound=1000", "--sets=never", exit=1)
        self.assertIn("SPL0201", err)
        _, err = self.splc("cpp", "kth.spl", "--state-bound=1000", "--configuration-bound=21",
                           exit=1)
        self.assertIn("more than 21 configurations", err)

    def test_sets_can_be_forced(self):
        self.splc("cpp", "ping.spl", "--sets=always")
        self.assertIn("kept as a set", self.read("ping.hpp"))

    def test_errors_leave_no_files(self):
        self.write("bad.spl", "automaton a () { x = 1; }\n")
        self.splc("cpp", "bad.spl", "--out-dir=gen", "--depfile=bad.d", exit=1)
        self.assertEqual(self.files(), ["bad.spl", "ping.spl"])

    def test_directory_in_the_way(self):
        self.write("gen", "a file")
        _, err = self.splc("cpp", "ping.spl", "--out-dir=gen", exit=2)
        self.assertIn("gen", err)

    def test_stats(self):
        out, _ = self.splc("cpp", "ping.spl", "--stats")
        self.assertRegex(out, r"(?m)^ping +\d+ +\d+ +\d+ +\d+ +1  dense$")
        self.assertRegex(out, r"(?m)^a monitor: 4 bytes$")
        head = self.read("ping.hpp")
        for line in out.splitlines()[-3:]:  # the header's head says the same
            self.assertIn(f"//   {line}", head)

    def test_stats_as_json(self):
        out, _ = self.splc("cpp", "ping.spl", "--json")
        cost = json.loads(out)
        head = self.read("ping.hpp")
        self.assertEqual(cost["policy"], "ping.spl")
        self.assertEqual(cost["monitor_bytes"], 4)
        self.assertIn(f"policy_bytes<Policy>() == {cost['table_bytes']}", head)
        self.assertIn(f"tick_loads<Policy>() == {cost['loads']}", head)
        self.assertIn(f"fingerprint = 0x{int(cost['fingerprint'], 16):x}U", head)
        automaton = cost["automata"][0]
        self.assertEqual((automaton["automaton"], automaton["table"]), ("ping", "dense"))
        self.assertIn(f"table_bytes<tables::A0>() == {automaton['bytes']}", head)


support.main()
