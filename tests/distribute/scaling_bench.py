"""What verification elsewhere costs, and what a second worker gains: for docs/scaling.md.

    python3 tests/distribute/scaling_bench.py SPLC POLICY [--quick]

No test: it prints wall-clock times, the best of a few runs, and says how busy the machine was.
"""

import os
import subprocess
import sys
import tempfile
import time

import lab
import support

lab.enter(["unshare", "ip", "parallel", "rsync", "sshd", "slurmctld", "slurmd", "munged", "spin"])
QUICK = "--quick" in sys.argv
POLICY = os.path.abspath(sys.argv[1])
RUNS = 1 if QUICK else 3


def measure(directory, *arguments):
    best = None
    for _ in range(RUNS):
        begin = time.monotonic()
        done = subprocess.run([support.SPLC, "verify", "--json", "--no-cache", "--no-slicing",
                               *arguments, POLICY], cwd=directory, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - begin
        if done.returncode == 2:
            sys.exit(done.stdout + done.stderr)
        best = seconds if best is None else min(best, seconds)
    return best


def main():
    system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    rows = []
    with tempfile.TemporaryDirectory() as d:
        subprocess.run([support.SPLC, "verify", "--jobs-out", "jobs", POLICY], cwd=d, check=True,
                       capture_output=True)
        jobs = len(os.listdir(os.path.join(d, "jobs", "jobs")))

        def row(what, *arguments):
            seconds = measure(d, *arguments)
            rows.append((what, seconds))
            load = os.getloadavg()[0]
            print(f"{what:<34} {seconds:7.1f} s   load {load:.1f}", flush=True)

        print(f"{jobs} jobs, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
        row("local, 1 at a time", "-j1")
        row("local, 2 at a time", "-j2")
        net = lab.Net(os.path.join(d, "net"))
        hosts = [lab.Host(net, n, system) for n in (1, 2)]
        for n in (1, 2):
            with open(os.path.join(d, "hosts"), "w") as f:
                f.writelines(f"1/root@{h.address}\n" for h in hosts[:n])
            row(f"GNU parallel, {n} host{'s' * (n > 1)}, 1 job each", "--engine=parallel",
                "--hosts=hosts", "--ssh", f"ssh -F {net.config}")
        slurm = lab.Slurm(os.path.join(d, "slurm"))
        for n in (1, 2):
            # A task that asks for both CPUs is alone.
            row(f"Slurm, {n} task{'s' * (n > 1)} at a time", "--engine=slurm",
                f"--sbatch=--cpus-per-task={3 - n}")
        slurm.stop()
        for host in hosts:
            host.power_off()


main()
