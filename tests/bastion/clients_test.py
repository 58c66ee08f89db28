"""Other people's clients: dbclient, plink, asyncssh, paramiko; ssh-audit."""

import re
import subprocess

from support import BASTION, HOST, TARGET_PORT, USER, BastionTest, keygen, main, text_of


class Clients(BastionTest):
    @classmethod
    def configuration(cls):
        keygen(cls.path("rsa"), "-t", "rsa", "-b", "3072", "-m", "PEM")
        return super().configuration() + "  console yes\n  key " + text_of(cls.path("rsa.pub"))

    def run_client(self, *command, **options):
        done = subprocess.run(command, capture_output=True, timeout=120, check=False, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_dbclient(self):
        key = self.path("dropbear")
        self.run_client("dropbearconvert", "openssh", "dropbear", self.path("rsa"), key)
        out = self.run_client("dbclient", "-y", "-y", "-i", key, f"jumper@{BASTION}", "status",
                              env={"HOME": self.dir, "PATH": "/usr/bin:/bin"})
        self.assertIn(b"addresses", out)
        out = self.run_client("dbclient", "-y", "-y", "-i", key, "-B", f"{HOST}:{TARGET_PORT}", f"jumper@{BASTION}",
                              env={"HOME": self.dir, "PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL)
        self.assertTrue(out.startswith(b"SSH-2.0-OpenSSH"), out)

    def test_plink(self):
        key = self.path("putty.ppk")
        self.run_client("puttygen", self.path("rsa"), "-o", key, "-O", "private")
        fingerprint = text_of(self.path("host.pub")).split()
        out = self.run_client("ssh-keygen", "-lf", self.path("host.pub")).decode().split()[1]
        self.assertTrue(fingerprint)
        out = self.run_client("plink", "-batch", "-hostkey", out, "-i", key, f"jumper@{BASTION}", "status",
                              env={"HOME": self.dir, "PATH": "/usr/bin:/bin"})
        self.assertIn(b"addresses", out)

    def python(self, script):
        return self.run_client("/usr/bin/python3", "-c", script, self.path("jumper"), self.path("known_hosts"), BASTION,
                               HOST, str(TARGET_PORT), USER, cwd=self.dir)

    def test_asyncssh_jumps(self):
        out = self.python("""
import asyncio, asyncssh, sys
key, known, bastion, host, port, user = sys.argv[1:]
async def run():
    async with asyncssh.connect(bastion, username="jumper", client_keys=[key], known_hosts=known) as outer:
        print((await outer.run("status")).stdout)
        async with outer.connect_ssh(host, int(port), username=user, client_keys=[key], known_hosts=known) as inner:
            print((await inner.run("echo inside")).stdout)
asyncio.run(run())
""")
        self.assertIn(b"addresses", out)
        self.assertIn(b"inside", out)

    def test_paramiko_jumps(self):
        out = self.python("""
import paramiko, sys
key, known, bastion, host, port, user = sys.argv[1:]
key = paramiko.Ed25519Key.from_private_key_file(key)
outer = paramiko.SSHClient()
outer.load_host_keys(known)
outer.connect(bastion, username="jumper", pkey=key, allow_agent=False, look_for_keys=False)
channel = outer.get_transport().open_channel("direct-tcpip", (host, int(port)), ("127.0.0.1", 1))
inner = paramiko.SSHClient()
inner.set_missing_host_key_policy(paramiko.AutoAddPolicy())
inner.connect(host, int(port), username=user, pkey=key, sock=channel, allow_agent=False, look_for_keys=False)
print(inner.exec_command("echo inside")[1].read().decode())
inner.close()
outer.close()
""")
        self.assertIn(b"inside", out)

    def test_ssh_audit_finds_nothing(self):
        done = subprocess.run(["ssh-audit", "-n", BASTION], capture_output=True, timeout=120, check=False, text=True)
        self.assertIn("(kex) curve25519-sha256", done.stdout)
        complaints = [line for line in done.stdout.splitlines() if re.search(r"\[(fail|warn)\]", line)
                      # This release does not know the pseudo-method of strict key exchange.
                      and "kex-strict-s-v00@openssh.com" not in line]  # fmt: skip
        self.assertEqual(complaints, [])


if __name__ == "__main__":
    main()
