"""The negative pack against the bastion: in every joint state of the SSH policies that a client can bring it to, every
message that they refuse there. Each must end the connection at once, and be in the log with its automaton.

    pack_test.py STATECALL-BASTION SPLC POLICY SSHD_PACK TABLES
"""

import collections
import os
import re
import subprocess
import sys

PACK, TABLES = map(os.path.abspath, (sys.argv.pop(4), sys.argv.pop(4)))

from support import BASTION, BastionTest, main, text_of  # noqa: E402


class Pack(BastionTest):
    settings = "max-connections 1000\nmax-auth-tries 20\nlogin-grace 1h\nalive-interval 0\nlog-level warning"

    @classmethod
    def configuration(cls):
        return (super().configuration().replace("max-startups 100:30:200", "max-startups 1000:30:1000")
                .replace("max-startups-per-source 200", "max-startups-per-source 1000"))

    def test_every_refusal(self):
        report = self.path("report")
        done = subprocess.run([PACK, "bastion", TABLES, BASTION, "22", "admin", report, self.path("admin")],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        print("\n" + done.stdout, end="", flush=True)
        self.assertEqual(done.returncode, 0, self.bastion.read_log()[-3000:])
        wanted = [line.split() for line in text_of(report).splitlines()]
        self.assertTrue(wanted)
        said = collections.Counter(statecall for _, statecall, _ in wanted)
        by = collections.defaultdict(set)
        for _, statecall, automata in wanted:
            by[statecall].update(automata.split(","))
        logged = re.findall(r"refused by the policy\nstatecall '(\w+)' refused by automaton '(\w+)'", self.bastion.read_log())
        self.assertEqual(collections.Counter(statecall for statecall, _ in logged), said)
        for statecall, automaton in logged:
            self.assertIn(automaton, by[statecall], statecall)
        counted = sum(value for name, value in self.metrics().items() if "refusals_total" in name)
        self.assertEqual(counted, len(wanted))
        print(f"{len(wanted)} refusals in the log, each of them explained", flush=True)


if __name__ == "__main__":
    main()
