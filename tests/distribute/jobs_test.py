"""Jobs written to a directory, run by hand, and concluded from what is there."""

import os
import subprocess
import support


class Jobs(support.Test):
    def write_out(self, policy="door.spl", *arguments):
        self.verify("--jobs-out", "jobs", *arguments, policy)
        return sorted(os.listdir(self.path("jobs", "jobs")))

    def run_by_hand(self, name, exit=0, **env):
        # Nothing but what a POSIX system has, spin and a C compiler.
        done = subprocess.run(["sh", self.path("jobs", "jobs", name, "run.sh")], cwd="/", text=True,
                              capture_output=True, env={"PATH": os.environ["PATH"], **env},
                              timeout=support.PATIENCE)
        self.assertEqual(done.returncode, exit, done.stdout + done.stderr)
        return done.stderr

    def test_by_hand_is_as_local(self):
        names = self.write_out("broken.spl")
        self.assertIn("property-asked", names)
        for name in names:
            self.run_by_hand(name)
            self.assertEqual(sorted(os.listdir(self.path("jobs", "jobs", name))),
                             ["job.json", "model.pml", "result", "run.sh"])
        out, err = self.verify("--json", "--jobs-in", "jobs", "broken.spl", exit=1)
        self.assertEqual(err, "")
        self.assert_same_as_local(out, "broken.spl")
        wrong = self.verdicts(out)["never_twice"]
        self.assertEqual([s["statecall"] for s in wrong["trace"]], ["Knock", "Knock"])

    def test_endless_runs(self):
        self.write("door.spl", support.POLICY + "property ends : eventually door.finished;\n")
        self.write_out("door.spl", "--property=ends")
        self.run_by_hand("property-ends")
        out, _ = self.verify("--json", "--jobs-in", "jobs", "door.spl", exit=1)
        result = self.verdicts(out)["ends"]
        self.assertEqual(result["verdict"], "fails")
        self.assertEqual([s["statecall"] for s in result["trace"]], ["Knock", "Open"])
        self.assertEqual(result["loop_start"], 1)

    def test_a_swarm_proves_nothing(self):
        names = self.write_out("broken.spl", "--bitstate", "--variants=2", "--memory=256",
                               "--property=asked", "--property=never_twice")
        self.assertEqual(names, ["property-asked.1", "property-asked.2", "property-never_twice.1",
                                 "property-never_twice.2"])
        for name in names[:-1]:
            self.run_by_hand(name)
        out, _ = self.verify("--json", "--jobs-in", "jobs", "broken.spl", exit=1)
        results = self.verdicts(out)
        self.assertEqual(results["asked"]["verdict"], "not_refuted")
        self.assertFalse(results["asked"]["exhaustive"])
        # One variant that finds something is enough.
        self.assertEqual(results["never_twice"]["verdict"], "fails")

    def test_what_is_missing_is_not_proved(self):
        names = self.write_out()
        self.run_by_hand("property-asked")
        out, _ = self.verify("--json", "--jobs-in", "jobs", "door.spl", exit=2)
        results = self.verdicts(out)
        self.assertEqual(results["asked"]["verdict"], "proved")
        for name in ["bounded", "opened", "stuck"]:
            self.assertEqual(results[name]["verdict"], "not_finished", name)
            self.assertRegex(results[name]["why"], "no result: run '.*run.sh'")
        self.assertIn("stuck", names)

    def test_damage_is_noticed(self):
        self.write_out("door.spl", "--property=asked", "--property=bounded")
        for name in ["property-asked", "property-bounded"]:
            self.run_by_hand(name)
        place = self.path("jobs", "jobs", "property-asked", "result")
        good = self.read(place)
        self.assertIn("errors: 0", good)

        def concludes(text):
            with open(place, "w") as f:
                f.write(text)
            out, _ = self.verify("--json", "--jobs-in", "jobs", "door.spl", exit=2)
            result = self.verdicts(out)["asked"]
            self.assertEqual(result["verdict"], "not_finished", text)
            self.assertEqual(self.verdicts(out)["bounded"]["verdict"], "proved")
            return result["why"]

        for cut in range(0, len(good), 1 + len(good) // 12):
            self.assertIn("result lost", concludes(good[:cut]))
        self.assertIn("damaged", concludes(good.replace("status 0", "status 1")))
        self.assertIn("damaged", concludes(good + "\n"))
        self.assertIn("damaged", concludes(good.replace("states, stored", "states, stared")))
        self.assertIn("not a result", concludes("\0\xff garbage"))
        self.assertIn("another version", concludes(good.replace("splc-result 1", "splc-result 2")))
        other = self.read("jobs", "jobs", "property-bounded", "result")
        self.assertIn("another job", concludes(other))

    def resigned(self, name, change):
        """Changes a result and makes its checksum right again."""
        place = self.path("jobs", "jobs", name, "result")
        body = "".join(change(self.read(place)).splitlines(keepends=True)[:-1])
        sum_ = subprocess.run(["cksum"], input=body, capture_output=True, text=True).stdout.strip()
        with open(place, "w") as f:
            f.write(body + f"cksum {sum_}\n")

    def test_a_search_cut_short_is_no_proof(self):
        self.write_out("door.spl", "--property=asked")
        self.run_by_hand("property-asked")
        good = self.read("jobs", "jobs", "property-asked", "result")
        for change, why in [
                (lambda t: t.replace("|State-vector", "|Warning: Search not completed\n|State-vector"),
                 "stopped early"),
                (lambda t: t.replace("|State-vector", "|error: max search depth too small\n|State-v"),
                 "deeper"),
                (lambda t: "".join(line for line in t.splitlines(keepends=True)
                                   if "State-vector" not in line), "stopped early"),
                (lambda t: t.replace("status 0", "status 1"), "exit status 1"),
                (lambda t: t.replace("errors: 0", "errors: 1"), "trail was lost"),
                (lambda t: t.replace("status 0\n", "status 0\nlate\n"), "not done after")]:
            with open(self.path("jobs", "jobs", "property-asked", "result"), "w") as f:
                f.write(good)
            self.resigned("property-asked", change)
            out, _ = self.verify("--json", "--jobs-in", "jobs", "door.spl", exit=2)
            result = self.verdicts(out)["asked"]
            self.assertEqual(result["verdict"], "not_finished")
            self.assertIn(why, result["why"])

    def test_invented_counterexample_is_replayed(self):
        self.write_out("broken.spl", "--property=never_twice")
        self.run_by_hand("property-never_twice")
        self.resigned("property-never_twice", lambda t: t.replace("statecall Knock", "statecall Open"))
        _, err = self.verify("--jobs-in", "jobs", "broken.spl", exit=2)
        self.assertIn("splc: error:", err)

    def test_model_must_be_the_job_s(self):
        self.write_out("door.spl", "--property=asked")
        with open(self.path("jobs", "jobs", "property-asked", "model.pml"), "a") as f:
            f.write("\n")
        self.assertIn("model.pml is not the one", self.run_by_hand("property-asked", exit=1))

    def test_other_policy_or_version(self):
        self.write_out("door.spl", "--property=asked")
        self.run_by_hand("property-asked")
        # A comment changes nothing that was verified.
        self.write("door.spl", "// A door.\n" + support.POLICY)
        self.verify("--jobs-in", "jobs", "door.spl")
        self.write("door.spl", support.POLICY.replace("Knock precedes Open", "Open precedes Knock"))
        _, err = self.verify("--jobs-in", "jobs", "door.spl", exit=2)
        self.assertIn("another policy", err)
        self.write("door.spl", support.POLICY)
        manifest = self.read("jobs", "manifest.json")
        for text, what in [(manifest.replace('"format":1', '"format":7'), "format 7"),
                           (manifest[:len(manifest) // 2], "not JSON"), ("[]", "no manifest"),
                           (manifest.replace('"jobs":', '"gobs":'), "'jobs'")]:
            self.write(os.path.join("jobs", "manifest.json"), text)
            _, err = self.verify("--jobs-in", "jobs", "door.spl", exit=2)
            self.assertIn(what, err)
        os.remove(self.path("jobs", "manifest.json"))
        _, err = self.verify("--jobs-in", "jobs", "door.spl", exit=2)
        self.assertIn("no directory of jobs", err)

    def test_directory_must_be_empty(self):
        _, err = self.verify("--jobs-out", "jobs", "door.spl")
        self.assertRegex(err, r"(?m)^splc: 4 jobs in 'jobs'$")
        self.assertEqual(self.verify("-q", "--jobs-out", "quiet", "door.spl"), ("", ""))
        _, err = self.verify("--jobs-out", "jobs", "door.spl", exit=2)
        self.assertIn("not an empty directory", err)
        _, err = self.verify("--jobs-out", "door.spl", "door.spl", exit=2)
        self.assertIn("not an empty directory", err)
        _, err = self.verify("--jobs-out", "/proc/nowhere/jobs", "door.spl", exit=2)
        self.assertIn("cannot write the jobs", err)

    def test_worker_without_tools(self):
        self.write_out("door.spl", "--property=asked")
        self.assertIn("install Spin",
                      self.run_by_hand("property-asked", exit=1, SPIN="/nowhere/spin"))
        self.assertIn("C compiler", self.run_by_hand("property-asked", exit=1, CC="/nowhere/cc"))
        self.assertIn("exit status 1", self.run_by_hand("property-asked", exit=1, CC="false"))
        self.assertEqual(sorted(os.listdir(self.path("jobs", "jobs", "property-asked"))),
                         ["job.json", "model.pml", "run.sh"])

    def test_a_worker_s_time_limit(self):
        self.write_out("door.spl", "--property=asked", "--timeout=1")
        self.write("spin", "#!/bin/sh\nsleep 60\n")
        os.chmod(self.path("spin"), 0o755)
        self.write("slow", "#!/bin/sh\n[ \"$1\" = -V ] || sleep 60\n")
        os.chmod(self.path("slow"), 0o755)
        self.run_by_hand("property-asked", SPIN=self.path("slow"))
        out, _ = self.verify("--json", "--jobs-in", "jobs", "door.spl", exit=2)
        self.assertEqual(self.verdicts(out)["asked"]["why"], "not done after 1.0 s")

    def test_engines_that_are_not_there(self):
        self.write("hosts", "localhost\n")
        bare = {"PATH": self.path("nothing")}
        _, err = self.verify("--engine=slurm", "door.spl", exit=2, env=bare)
        self.assertIn("cannot find the program 'sbatch'", err)
        _, err = self.verify("--engine=parallel", "--hosts=hosts", "door.spl", exit=2, env=bare)
        self.assertRegex(err, "cannot find the program '(rsync|parallel)'")
        self.assertIn("hint: install it", err)

    def test_options_that_do_not_fit(self):
        for arguments, what in [
                (["--jobs-in=a", "--jobs-out=b"], "exclude"),
                (["--engine=slurm", "--jobs-out=b"], "neither"),
                (["--engine=parallel"], "needs --hosts"), (["--hosts=h"], "--engine parallel"),
                (["--sbatch=-p"], "--engine slurm"), (["--work-dir=w"], "--work-dir"),
                (["--jobs-in=a", "--ltl=never Open"], "manifest"),
                (["--engine=cloud"], "cloud")]:
            _, err = self.verify(*arguments, "door.spl", exit=2)
            self.assertIn(what, err)

    def test_hosts_that_are_not_there(self):
        for text, what in [(None, "cannot read the file of hosts"), ("", "names no host"),
                           ("# none\n\n", "names no host")]:
            if text is not None:
                self.write("hosts", text)
            _, err = self.verify("--engine=parallel", "--hosts=hosts", "door.spl", exit=2)
            self.assertIn(what, err)

    def test_stop_on_first(self):
        self.write("door.spl", "property bad : never Knock;\n" + support.BROKEN)
        out, _ = self.verify("--json", "--stop-on-first", "-j1", "--no-built-in",
                             "--no-cache", "door.spl", exit=1)
        results = self.verdicts(out)
        self.assertEqual(results["bad"]["verdict"], "fails")
        self.assertEqual(results["asked"]["why"], "stopped: another check fails")


support.main()
