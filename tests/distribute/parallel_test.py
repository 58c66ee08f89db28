"""splc verify --engine parallel: GNU parallel over ssh to two hosts in namespaces."""

import os
import signal

import lab
import support

lab.enter(["unshare", "ip", "parallel", "rsync", "sshd", "ssh", "ssh-keygen", "spin", "cc"])

SYSTEM = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What a host without Spin has: all that is needed otherwise.
BARE = ["sh", "bash", "perl", "rsync", "cc", "mkdir", "rm", "rmdir", "cat", "ls", "uname"]


class Parallel(support.Test):
    def setUp(self):
        super().setUp()
        self.net = lab.Net(self.path("net"))
        self.gate = lab.Gate(self.path("bin"), "spin", "/usr/bin/spin", "-a")
        self.hosts = []

    def host(self, path=SYSTEM, **options):
        host = lab.Host(self.net, len(self.hosts) + 1, path, **options)
        self.hosts.append(host)
        self.addCleanup(host.power_off)
        self.write("hosts", "# made by the test\n" +
                   "".join(f"1/root@{h.address}\n" for h in self.hosts))
        return host

    def gated(self):
        return self.host(self.path("bin") + ":" + SYSTEM)

    def parallel(self, *arguments):
        return ("--engine=parallel", "--hosts=hosts", "--ssh", f"ssh -F {self.net.config}",
                *arguments)

    def assert_clean(self):
        for host in self.hosts:
            if host.process.poll() is None:
                self.assertEqual([h for h in host.home() if h != "ballast"], [])
                support.wait_until(lambda: not host.processes("run.sh"), "run.sh is gone")

    def test_two_hosts_are_as_local(self):
        self.host()
        self.host()
        out, err = self.verify(*self.parallel("--work-dir=w", "--json", "broken.spl"), exit=1)
        self.assertEqual(err, "")
        self.assert_same_as_local(out, "broken.spl")
        self.assertEqual({line[5:] for line in self.results("host ")}, {"worker1", "worker2"})
        self.assert_clean()
        # Again: what is there already is not run again, and no host is needed.
        for host in self.hosts:
            host.power_off()
        again, _ = self.verify(*self.parallel("--work-dir=w", "--json", "broken.spl"), exit=1)
        self.assert_same_as_local(again, "broken.spl")
        # Of another policy nothing is taken.
        _, err = self.verify(*self.parallel("--work-dir=w", "door.spl"), exit=2)
        self.assertIn("another policy", err)

    def results(self, start):
        lines = []
        for name in os.listdir(self.path("w", "jobs")):
            text = self.read("w", "jobs", name, "result")
            lines += [line for line in text.splitlines() if line.startswith(start)]
        return lines

    def test_killed_workers_and_a_host_that_dies(self):
        first = self.gated()
        self.host()
        self.gate.shut()
        process = self.start(*self.parallel("--json", "broken.spl"))
        self.gate.wait()
        # Its processes are killed: what was lost is run again.
        for pid in first.processes("run.sh"):
            os.kill(pid, signal.SIGKILL)
        os.remove(self.gate.here_file)
        self.gate.wait()
        # Then all of the machine is gone, in the middle of another job.
        first.power_off()
        out, err = self.finish(process, exit=1)
        self.assert_same_as_local(out, "broken.spl")
        self.assertIn("ssh: connect to host", err)
        self.assert_clean()

    def test_what_is_lost_for_ever_is_not_proved(self):
        host = self.gated()
        self.gate.shut()
        process = self.start(*self.parallel("--retries=0", "--json", "--property=asked",
                                            "--property=bounded", "door.spl"))
        self.gate.wait()
        host.power_off()
        out, _ = self.finish(process, exit=2)
        for result in self.verdicts(out).values():
            self.assertEqual(result["verdict"], "not_finished")
            self.assertRegex(result["why"], "^lost once: ")

    def test_interrupt_leaves_nothing(self):
        self.gated()
        self.gated()
        self.gate.shut()
        tmp = self.path("tmp")
        os.mkdir(tmp)
        process = self.start(*self.parallel("--json", "door.spl"), env={"TMPDIR": tmp})
        self.gate.wait()
        support.interrupt(process)
        out, _ = self.finish(process, exit=2)
        self.assertEqual(self.verdicts(out)["asked"]["why"], "interrupted")
        self.assertEqual(os.listdir(tmp), [])
        self.assert_clean()

    def test_hosts_that_cannot_be_used(self):
        self.host(lab.tools(self.path("few"), BARE))
        self.net.know("192.0.2.201")
        self.write("hosts", self.read("hosts") + "root@127.0.0.9\n")
        _, err = self.verify(*self.parallel("door.spl"), exit=2)
        self.assertIn("none of the hosts in 'hosts' can be used", err)
        self.assertIn(f"root@{self.hosts[0].address}: spin is not installed", err)
        self.assertRegex(err, "root@127.0.0.9: ssh: connect to host 127.0.0.9 .*refused")
        # With one that can be, they are left out.
        self.host()
        out, err = self.verify(*self.parallel("--json", "--property=asked", "door.spl"))
        self.assertEqual(self.verdicts(out)["asked"]["verdict"], "proved")
        self.assertIn("host left out: root@192.0.2.6: spin is not installed", err)

    def test_disk_full_on_a_worker(self):
        self.host(home_size="1m").fill_disk()
        self.host()
        out, _ = self.verify(*self.parallel("--json", "door.spl"))
        self.assert_same_as_local(out, "door.spl")
        self.hosts[1].power_off()
        out, err = self.verify(*self.parallel("--retries=0", "--json", "--property=asked",
                                              "door.spl"), exit=2)
        self.assertEqual(self.verdicts(out)["asked"]["verdict"], "not_finished")
        self.assertIn("No space left", self.verdicts(out)["asked"]["why"] + err)


support.main()
