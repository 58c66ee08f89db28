"""The SSH bastion as a guest: clients and the host behind it are on this machine, on the two sides of QEMU's network."""

import os
import pwd
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import support
from support import ADDRESS, MB, ROUTER, DomainTest

from shared.local import free_port

BASTION = "/guests/bastion.elf"
USER = pwd.getpwuid(os.geteuid()).pw_name


def text_of(path):
    return Path(path).read_text(encoding="utf-8")


class BastionTest(DomainTest):
    @classmethod
    def setUpClass(cls):
        if shutil.which("sshd", path="/usr/sbin:/usr/local/sbin") is None:
            raise unittest.SkipTest("there is no OpenSSH server on this machine")
        directory = tempfile.TemporaryDirectory(prefix="xen-bastion.")
        cls.addClassCleanup(directory.cleanup)
        cls.dir = directory.name
        for name in ("host", "target", "admin", "jumper", "stranger"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", cls.path(name)], check=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "3072", "-m", "PEM", "-N", "", "-f", cls.path("rsa")], check=True)
        cls.target_port = free_port()
        cls.start_target()
        cls.bastion = cls.new_guest(BASTION, bridge="xenbr0", memory=32, ramdisk="/tmp/bastion.conf")
        cls.write_config("/tmp/bastion.conf", cls.config())
        cls.create()
        cls.addClassCleanup(cls.bastion.destroy)
        cls.port = cls.bastion.machine.forward(ADDRESS, 22)
        cls.write_client_config()

    @classmethod
    def path(cls, name):
        return os.path.join(cls.dir, name)

    @classmethod
    def create(cls):
        cls.bastion.create()
        cls.bastion.wait_for("serving SSH at port 22")

    @classmethod
    def write_config(cls, path, text):
        cls.bastion.machine.run(f"cat >{path} <<'END'\n{text}END")

    @classmethod
    def config(cls):
        return (f"hostname bastion\naddress {ADDRESS}/24\ngateway {ROUTER}\npenalties no\nslaac no\n"
                "max-startups 60:30:100\nmax-startups-per-source 100\nshutdown-grace 1\nmax-auth-tries 20\n"
                f"host-key\n{text_of(cls.path('host'))}"
                f"user admin\n  console yes\n  key {text_of(cls.path('admin.pub'))}  key {text_of(cls.path('rsa.pub'))}"
                f"user jumper\n  key {text_of(cls.path('jumper.pub'))}  jump {ROUTER}:{cls.target_port}\n")

    @classmethod
    def start_target(cls):
        """OpenSSH's server on this machine, which guests reach at QEMU's router."""
        shutil.copy(cls.path("jumper.pub"), cls.path("authorized_keys"))
        Path(cls.path("sshd_config")).write_text(
            f"HostKey {cls.path('target')}\nAuthorizedKeysFile {cls.path('authorized_keys')}\nStrictModes no\nUsePAM no\n"
            f"PidFile none\nMaxStartups 200\nSetEnv HOME={cls.dir}\nPermitRootLogin yes\nSubsystem sftp internal-sftp\n"
            f"ListenAddress 127.0.0.1:{cls.target_port}\n", encoding="ascii")
        os.makedirs("/run/sshd", exist_ok=True)
        log = open(cls.path("sshd.log"), "wb")
        cls.addClassCleanup(log.close)
        target = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", cls.path("sshd_config")], stdin=subprocess.DEVNULL,
                                  stderr=log)
        cls.addClassCleanup(target.wait)
        cls.addClassCleanup(target.terminate)

    @classmethod
    def write_client_config(cls):
        keys = {name: " ".join(text_of(cls.path(name + ".pub")).split()[:2]) for name in ("host", "target")}
        Path(cls.path("known_hosts")).write_text(
            f"bastion {keys['host']}\n[{ROUTER}]:{cls.target_port} {keys['target']}\n", encoding="ascii")
        common = (f"  HostName 127.0.0.1\n  Port {cls.port}\n  HostKeyAlias bastion\n")
        Path(cls.path("ssh_config")).write_text(
            f"Host *\n  UserKnownHostsFile {cls.path('known_hosts')}\n  BatchMode yes\n  IdentitiesOnly yes\n"
            "  LogLevel ERROR\n  StrictHostKeyChecking yes\n  HostKeyAlgorithms ssh-ed25519\n"
            "  ConnectTimeout 120\n  UpdateHostKeys no\n"
            f"Host bastion inner\n  IdentityFile {cls.path('jumper')}\n"
            f"Host bastion\n{common}  User jumper\n"
            f"Host admin\n{common}  User admin\n  IdentityFile {cls.path('admin')}\n"
            f"Host stranger\n{common}  User admin\n  IdentityFile {cls.path('stranger')}\n"
            f"Host inner\n  HostName {ROUTER}\n  Port {cls.target_port}\n  User {USER}\n  ProxyJump bastion\n",
            encoding="ascii")

    def command(self, host, *arguments, options=(), program="ssh"):
        return [program, "-F", self.path("ssh_config"), *options, host, *arguments]

    def ssh(self, host, *arguments, options=(), stdin=b"", check=0):
        done = subprocess.run(self.command(host, *arguments, options=options), input=stdin, capture_output=True, timeout=600,
                              check=False)
        if check is not None:
            self.assertEqual(done.returncode, check, done.stderr.decode() + self.bastion.output()[-3000:])
        return done

    def test_a_command_behind_the_bastion(self):
        self.assertEqual(self.ssh("inner", "echo inside").stdout, b"inside\n")
        self.assertEqual(self.ssh("inner", "exit 7", check=7).returncode, 7)

    def test_megabytes_each_way(self):
        data = random.Random(1).randbytes(20 * MB)
        self.assertTrue(self.ssh("inner", "cat", stdin=data).stdout == data)

    def test_new_keys_inside_and_outside(self):
        data = random.Random(2).randbytes(3 * MB)
        config = self.path("rekey_config")
        Path(config).write_text(text_of(self.path("ssh_config")).replace("Host *\n", "Host *\n  RekeyLimit 512K\n"),
                                encoding="ascii")
        done = subprocess.run(["ssh", "-F", config, "inner", "cat"], input=data, capture_output=True, timeout=600, check=True)
        self.assertTrue(done.stdout == data)

    def test_jumps_at_once(self):
        data = random.Random(3).randbytes(50_000)
        clients = [subprocess.Popen(self.command("inner", "cat"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                   for _ in range(20)]
        for client in clients:
            out, _ = client.communicate(data, timeout=600)
            self.assertEqual((client.returncode, out == data), (0, True))

    def test_files_through_the_jump(self):
        data = random.Random(4).randbytes(MB)
        Path(self.path("file")).write_bytes(data)
        subprocess.run(["scp", "-q", "-F", self.path("ssh_config"), self.path("file"), "inner:" + self.path("there")],
                       check=True, timeout=300)
        self.assertTrue(Path(self.path("there")).read_bytes() == data)

    def other_client(self, *command):
        environment = {"HOME": self.dir, "PATH": "/usr/bin:/bin"}
        done = subprocess.run(command, capture_output=True, timeout=300, check=False, env=environment, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_dbclient(self):
        self.other_client("dropbearconvert", "openssh", "dropbear", self.path("rsa"), self.path("dropbear"))
        out = self.other_client("dbclient", "-y", "-y", "-i", self.path("dropbear"), "-p", str(self.port), "admin@127.0.0.1",
                                "status")
        self.assertIn(b"addresses", out)

    def test_plink(self):
        self.other_client("puttygen", self.path("rsa"), "-o", self.path("putty.ppk"), "-O", "private")
        fingerprint = self.other_client("ssh-keygen", "-lf", self.path("host.pub")).decode().split()[1]
        out = self.other_client("plink", "-batch", "-hostkey", fingerprint, "-i", self.path("putty.ppk"), "-P", str(self.port),
                                "admin@127.0.0.1", "status")
        self.assertIn(b"addresses", out)

    def test_asyncssh_jumps(self):
        out = self.other_client("/usr/bin/python3", "-c", """
import asyncio, asyncssh, sys
key, port, host, host_port, user = sys.argv[1:]
async def run():
    async with asyncssh.connect("127.0.0.1", int(port), username="jumper", client_keys=[key], known_hosts=None) as outer:
        async with outer.connect_ssh(host, int(host_port), username=user, client_keys=[key], known_hosts=None) as inner:
            print((await inner.run("echo inside")).stdout)
asyncio.run(run())
""", self.path("jumper"), str(self.port), ROUTER, str(self.target_port), USER)
        self.assertIn(b"inside", out)

    def test_console(self):
        self.assertRegex(self.ssh("admin", "status").stdout.decode(), r"addresses +10\.0\.2\.20\n")
        self.assertRegex(self.ssh("admin", "connections").stdout.decode(), r"\d+\* +admin +\S+ +ESTABLISHED")
        self.assertRegex(self.ssh("admin", "policy").stdout.decode(), r"tcp +tcp +tcp\.spl:\d+")
        metrics = self.ssh("admin", "metrics").stdout.decode()
        self.assertIn("statecall_bastion_tcp_disagreements_total 0\n", metrics)
        self.assertIn("statecall_bastion_tcp_refused_out_total 0\n", metrics)
        self.assertEqual(self.ssh("admin", "rm -rf /", check=127).returncode, 127)

    def test_who_is_not_let_in(self):
        self.assertIn(b"Permission denied (publickey)", self.ssh("stranger", "status", check=255).stderr)
        done = self.ssh("bastion", options=("-o", "LogLevel=INFO", "-W", f"{ROUTER}:22"), check=None)
        self.assertIn(b"administratively prohibited: not a place where you may go", done.stderr)

    def test_every_refusal_of_the_policies(self):
        """tests/sshd_pack: a sample, or with SSH_PACK=all every case."""
        if support.pack is None:
            self.skipTest("no --pack")
        program, tables = support.pack
        before = self.refusals()
        report = self.path("report")
        # One at a time: QEMU's queue of connections that it has not accepted holds one.
        done = subprocess.run([program, "bastion", tables, "127.0.0.1", str(self.port), "admin", report, self.path("admin")],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=1200,
                              env={**os.environ, "SSH_PACK_AT_ONCE": "1"})
        print("\n" + done.stdout, end="", flush=True)
        self.assertEqual(done.returncode, 0)
        count = len(text_of(report).splitlines())
        self.assertGreater(count, 200)
        self.assertEqual(self.refusals() - before, count)

    def refusals(self):
        lines = self.ssh("admin", "metrics").stdout.decode().splitlines()
        return sum(int(line.split()[-1]) for line in lines if line.startswith("statecall_bastion_refusals_total"))

    def test_clients_that_are_killed_leave_nothing(self):
        for _ in range(3):
            client = subprocess.Popen(self.command("inner", "yes"), stdout=subprocess.PIPE)
            self.assertEqual(client.stdout.read(2), b"y\n")
            client.send_signal(signal.SIGKILL)
            client.wait()
            client.stdout.close()
        self.assertTrue(self.eventually(lambda: self.ssh("admin", "connections").stdout.count(b"\n") == 2))

    @staticmethod
    def eventually(what, seconds=120):
        end = time.monotonic() + seconds
        while not what():
            if time.monotonic() > end:
                return False
            time.sleep(0.5)
        return True

    def test_shutdown_and_reboot(self):
        """A client that is logged in has its second; then the guest is there again."""
        client = subprocess.Popen(self.command("inner", "cat"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        client.stdin.write(b"one\n")
        client.stdin.flush()
        self.assertEqual(client.stdout.readline(), b"one\n")
        self.machine.run(f"xl reboot {self.bastion.name}")
        self.assertEqual(client.wait(120), 255)
        for stream in (client.stdin, client.stdout, client.stderr):
            stream.close()
        self.assertTrue(self.eventually(lambda: self.ssh("admin", "status", check=None).returncode == 0))
        self.assertIn("going down: 1 connections have 1 s", self.bastion.output())


class BastionConfigTest(DomainTest):
    def refused(self, ramdisk, said):
        guest = self.guest(BASTION, bridge="xenbr1", ramdisk=ramdisk).create()
        guest.wait_gone()
        for text in said:
            self.assertIn(text, guest.output())

    def test_a_mistake_stops_the_boot(self):
        self.machine.run("printf 'hostname x\\nlisten 99999\\nnonsense\\n' >/tmp/wrong.conf")
        self.refused("/tmp/wrong.conf", ("configuration: line 2: listen: '99999' is no number from 1 to 65535",
                                         "configuration: line 3: 'nonsense' is no keyword", "has mistakes"))

    def test_no_configuration_stops_the_boot(self):
        self.refused(None, ("there is no configuration",))
