"""splc verify --engine slurm, on a cluster of one node."""

import os
import signal
import tempfile

import lab
import support

lab.enter(["unshare", "ip", "munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "spin",
           "cc"])


class Slurm(support.Test):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.slurm = lab.Slurm(os.path.join(directory.name, "slurm"))
        cls.addClassCleanup(cls.slurm.stop)

    def setUp(self):
        super().setUp()
        self.gate = lab.Gate(self.path("bin"), "spin", "/usr/bin/spin", "-a")
        self.addCleanup(self.gate.open)

    def gated(self, *arguments):
        """Started, and held in the middle of its first tasks."""
        self.gate.shut()
        process = self.start("--engine=slurm", "--json", *arguments,
                             env={"SPIN": self.gate.program})
        self.gate.wait()
        return process

    def test_as_local(self):
        out, err = self.verify("--engine=slurm", "--json", "broken.spl", exit=1)
        self.assertEqual(err, "")
        self.assert_same_as_local(out, "broken.spl")
        self.assertEqual(sorted(os.listdir(self.dir)), ["bin", "broken.spl", "door.spl"])

    def test_a_task_cancelled_and_one_killed(self):
        process = self.gated("broken.spl")
        task = self.slurm.running()[0]
        self.slurm.cancel(task)
        support.wait_until(lambda: task not in self.slurm.running(), "the task is gone")
        os.remove(self.gate.here_file)
        self.gate.wait()
        for pid in lab.processes(os.readlink("/proc/self/ns/pid"), "/run.sh"):
            os.kill(pid, signal.SIGKILL)
        self.gate.open()
        out, err = self.finish(process, exit=1)
        self.assert_same_as_local(out, "broken.spl")
        self.assertRegex(err, "was lost .*CANCELLED.*; trying again")
        self.assertRegex(err, "was lost .*FAILED.*; trying again")

    def test_what_is_lost_for_ever_is_not_proved(self):
        process = self.gated("--retries=0", "--property=asked", "door.spl")
        self.slurm.cancel(self.slurm.running()[0])
        out, _ = self.finish(process, exit=2)
        result = self.verdicts(out)["asked"]
        self.assertEqual(result["verdict"], "not_finished")
        self.assertRegex(result["why"], "^lost once: .*CANCELLED")

    def test_interrupt_leaves_nothing(self):
        process = self.gated("door.spl")
        support.interrupt(process)
        out, _ = self.finish(process, exit=2)
        self.assertEqual(self.verdicts(out)["asked"]["why"], "interrupted")
        self.assertEqual(self.slurm.ask("squeue", "--noheader"), "")
        self.assertEqual(sorted(os.listdir(self.dir)), ["bin", "broken.spl", "door.spl"])

    def test_what_slurm_refuses(self):
        _, err = self.verify("--engine=slurm", "--sbatch=--partition=nowhere", "door.spl", exit=2)
        self.assertIn("Slurm does not take the jobs", err)
        self.assertIn("nvalid partition", err)
        self.assertEqual(sorted(os.listdir(self.dir)), ["bin", "broken.spl", "door.spl"])

    def test_controller_restarts_in_the_middle(self):
        process = self.gated("--property=asked", "door.spl")
        self.slurm.stop_controller()
        self.gate.open()
        self.slurm.start_controller()
        out, _ = self.finish(process, exit=0)
        self.assertEqual(self.verdicts(out)["asked"]["verdict"], "proved")


support.main()
