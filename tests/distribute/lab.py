"""Machines for the tests, made of namespaces.

enter() starts the test again in namespaces of its own: whatever ends it, kernel and all that it
started go with it, and nothing it sends can leave. A Host in there is a machine of its own as far as
a program can tell: its own network, processes, host name and home directory, and an sshd.
"""

import os
import shutil
import signal
import subprocess
import sys
import time

import support

SKIPPED = 77  # what ctest shows as such
INSIDE = "SPL_TEST_LAB"


def enter(programs):
    """Returns in the lab. `programs` must be there; scripts/install-deps.sh test installs them."""
    missing = [p for p in programs if shutil.which(p, path=os.environ["PATH"] + ":/usr/sbin") is None]
    if missing:
        sys.exit(f"these programs are missing: {' '.join(missing)}: run scripts/install-deps.sh test")
    if INSIDE in os.environ:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    if os.geteuid() != 0:
        print("skipped: making namespaces needs root")
        sys.exit(SKIPPED)
    unshare = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child",
               "--mount-proc", sys.executable, sys.argv[0], support.SPLC, *sys.argv[1:]]
    os.execvpe(unshare[0], unshare, {**os.environ, INSIDE: "1"})


def processes(namespace, word):
    """Those of a process namespace whose command line has this word."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                command = f.read().replace(b"\0", b" ").decode(errors="replace")
            if os.readlink(f"/proc/{pid}/ns/pid") == namespace and word in command:
                found.append(int(pid))
        except OSError:
            pass  # gone meanwhile
    return found


class Gate:
    """A program that, while the gate is shut, waits before it becomes another one."""

    def __init__(self, directory, name, real, waits_for):
        os.makedirs(directory, exist_ok=True)
        self.shut_file = os.path.join(directory, name + ".shut")
        self.here_file = os.path.join(directory, name + ".here")
        self.program = os.path.join(directory, name)
        with open(self.program, "w") as f:
            f.write(f"#!/bin/sh\ncase \"$*\" in *{waits_for}*)\n"
                    f"  while [ -e '{self.shut_file}' ]; do : >'{self.here_file}'; sleep 0.1; done;;\n"
                    f"esac\nexec {real} \"$@\"\n")
        os.chmod(self.program, 0o755)

    def shut(self):
        open(self.shut_file, "w").close()

    def open(self):
        if os.path.exists(self.shut_file):
            os.remove(self.shut_file)

    def wait(self):
        support.wait_until(lambda: os.path.exists(self.here_file), "somebody waits at " + self.program)


class Net:
    """Keys and configuration for ssh to the hosts of one test, none of them the user's."""

    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory, mode=0o700)
        for key in ["host_key", "user_key"]:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                            os.path.join(directory, key)], check=True)
        self.config = os.path.join(directory, "ssh_config")
        self.known = os.path.join(directory, "known_hosts")
        with open(self.config, "w") as f:
            f.write(f"Host *\n  IdentityFile {directory}/user_key\n  IdentitiesOnly yes\n"
                    f"  UserKnownHostsFile {self.known}\n  StrictHostKeyChecking yes\n")

    def know(self, address):
        with open(os.path.join(self.directory, "host_key.pub")) as key, open(self.known, "a") as f:
            f.write(f"{address} {key.read()}")


class Host:
    """A machine reached by ssh. `number` from 1; its address is in a range that is nobody's."""

    def __init__(self, net, number, bin_directory, home_size="64m"):
        self.address = f"192.0.2.{4 * number + 2}"
        self.name = f"worker{number}"
        net.know(self.address)
        link = f"veth{number}"
        conf = os.path.join(net.directory, f"sshd{number}")
        with open(conf, "w") as f:
            f.write(f"ListenAddress {self.address}\nHostKey {net.directory}/host_key\n"
                    f"AuthorizedKeysFile {net.directory}/user_key.pub\nStrictModes no\nUsePAM no\n"
                    f"PidFile none\nMaxStartups 100\nPasswordAuthentication no\n"
                    f"SetEnv PATH={bin_directory}\n")
        os.makedirs("/run/sshd", exist_ok=True)
        subprocess.run(["ip", "link", "add", link, "type", "veth", "peer", "name", f"{link}p"],
                       check=True)
        script = (f"mount -t tmpfs -o size={home_size} tmpfs /root; hostname {self.name}; "
                  f"ip link set lo up; "
                  f"until ip link show {link}p >/dev/null 2>&1; do sleep 0.05; done; "
                  f"ip addr add {self.address}/30 dev {link}p; ip link set {link}p up; "
                  f"exec /usr/sbin/sshd -D -f {conf} -E {conf}.log")
        self.process = subprocess.Popen(
            ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child",
             "--mount-proc", "sh", "-c", script], stdin=subprocess.DEVNULL)
        support.wait_until(self._entered, "unshare is in its namespaces")
        subprocess.run(["ip", "link", "set", f"{link}p", "netns", str(self.process.pid)], check=True)
        subprocess.run(["ip", "addr", "add", f"192.0.2.{4 * number + 1}/30", "dev", link], check=True)
        subprocess.run(["ip", "link", "set", link, "up"], check=True)
        self.link = link
        self.init = self._init()
        self.namespace = os.readlink(f"/proc/{self.init}/ns/pid")
        support.wait_until(lambda: self.ssh(net, "true").returncode == 0, f"{self.name} answers")

    def _entered(self):
        own = os.readlink("/proc/self/ns/net")
        return os.readlink(f"/proc/{self.process.pid}/ns/net") != own and self._init() is not None

    def _init(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as f:
            children = f.read().split()
        return int(children[0]) if children else None

    def ssh(self, net, command):
        return subprocess.run(["ssh", "-F", net.config, "-o", "BatchMode=yes", "-o",
                               "ConnectTimeout=5", self.address, command], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def home(self):
        """What is in its home directory."""
        return sorted(os.listdir(f"/proc/{self.init}/root/root"))

    def processes(self, word):
        return processes(self.namespace, word)

    def fill_disk(self):
        with open(f"/proc/{self.init}/root/root/ballast", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"x" * 65536)
            except OSError:
                pass

    def power_off(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        # The kernel takes the other end along when it takes the namespace, a little later.
        support.wait_until(lambda: subprocess.run(["ip", "link", "show", self.link], check=False,
                                                  capture_output=True).returncode != 0,
                           f"{self.name} is gone")


class Slurm:
    """A cluster of this one machine, with munge, everything in a private directory."""

    def __init__(self, directory, port=6817):
        self.directory = directory
        os.makedirs(directory, mode=0o700)
        for name in ["munge", "state", "spool"]:
            os.mkdir(os.path.join(directory, name), mode=0o700)
        with open(f"{directory}/munge/key", "wb") as f:
            f.write(os.urandom(1024))
        os.chmod(f"{directory}/munge/key", 0o600)
        self.socket = f"{directory}/munge/socket"
        self.conf = os.path.join(directory, "slurm.conf")
        host = os.uname().nodename
        with open(self.conf, "w") as f:
            f.write(f"""\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmdPort={port + 1}
AuthType=auth/munge
AuthInfo=socket={self.socket}
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={directory}/state
SlurmdSpoolDir={directory}/spool
SlurmctldPidFile={directory}/slurmctld.pid
SlurmdPidFile={directory}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0
KillWait=2
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=100000
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
SlurmdParameters=config_overrides
""")
        # Where there is nothing but loopback, Slurm's resolver finds no address family at all.
        subprocess.run(["ip", "link", "add", "slurm0", "type", "veth", "peer", "slurm1"], check=True)
        subprocess.run(["ip", "addr", "add", "192.0.2.1/32", "dev", "slurm0"], check=True)
        for link in ["slurm0", "slurm1"]:
            subprocess.run(["ip", "link", "set", link, "up"], check=True)
        self.daemons = {}
        os.environ["SLURM_CONF"] = self.conf
        self._start("munged", "--foreground", "--force", f"--key-file={directory}/munge/key",
                    f"--socket={self.socket}", f"--pid-file={directory}/munge/pid",
                    f"--log-file={directory}/munge/log", f"--seed-file={directory}/munge/seed")
        support.wait_until(lambda: os.path.exists(self.socket), "munge listens")
        self.start_controller()
        self._start("slurmd", "-D", "-f", self.conf)
        try:
            support.wait_until(lambda: "idle" in self.ask("sinfo", "--noheader"), "the node is idle")
        except AssertionError:
            self.stop()
            raise AssertionError("Slurm does not start:\n" + self.logs()) from None

    def logs(self):
        text = ""
        for name in ["munged", "slurmctld", "slurmd"]:
            with open(os.path.join(self.directory, name + ".log"), errors="replace") as f:
                text += f"-- {name}\n" + f.read()[-3000:]
        return text

    def _start(self, name, *arguments):
        with open(os.path.join(self.directory, name + ".log"), "a") as log:
            self.daemons[name] = subprocess.Popen([f"/usr/sbin/{name}", *arguments],
                                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start_controller(self):
        self._start("slurmctld", "-D", "-f", self.conf)

    def stop_controller(self):
        self._stop("slurmctld")

    def _stop(self, name):
        daemon = self.daemons.pop(name, None)
        if daemon is None:
            return
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(timeout=10)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def stop(self):
        for name in ["slurmd", "slurmctld", "munged"]:
            self._stop(name)

    def ask(self, *command):
        return subprocess.run(command, text=True, stdin=subprocess.DEVNULL, capture_output=True,
                              check=False).stdout

    def running(self):
        """Ids of tasks that run: "12_3"."""
        return self.ask("squeue", "--noheader", "--array", "--states=RUNNING",
                        "--format=%F_%K").split()

    def cancel(self, task):
        subprocess.run(["scancel", task], check=True)


def tools(directory, names):
    """A directory with these programs of the system and no others."""
    os.makedirs(directory, exist_ok=True)
    for name in names:
        os.symlink(shutil.which(name), os.path.join(directory, name))
    return directory
