"""OpenSSH's other programs: ssh-keyscan, ssh-copy-id, scp, sftp, jump hosts."""

import hashlib
import os
import shutil
import subprocess

from support import ENVIRONMENT, PeerTest, main, make_key, read, wait_for, write


class OpenSsh(PeerTest):
    def tree(self, name):
        """Files with all that a copy could lose."""
        top = self.path(name)
        shutil.rmtree(top, ignore_errors=True)
        os.makedirs(top + "/sub/empty")
        for path, data in (("zero", b""), ("a b'c\"d", b"quoted"), ("sub/large", os.urandom(3 << 20)),
                           ("sub/ümläut", b"utf-8"), ("-dash", b"-")):  # fmt: skip
            with open(os.path.join(top, path), "wb") as file:
                file.write(data)
        os.chmod(top + "/sub/large", 0o741)
        return top

    @staticmethod
    def digest(top):
        found = {}
        for directory, _, names in os.walk(top):
            for name in names:
                path = os.path.join(directory, name)
                with open(path, "rb") as file:
                    data = hashlib.sha256(file.read()).hexdigest()
                found[os.path.relpath(path, top)] = (data, os.stat(path).st_mode)
        return found

    def scp(self, *arguments):
        return self.call(["scp", *self.options(port_option="-P"), *arguments])

    def remote(self, path):
        return f"{self.user.name}@127.0.0.1:{path}"

    def test_keyscan(self):
        done = self.call(["ssh-keyscan", "-p", self.server.port, "127.0.0.1"])
        lines = [line for line in done.stdout.decode().splitlines() if not line.startswith("#")]
        found = {tuple(line.split()[1:3]) for line in lines}
        wanted = {tuple(read(self.path(f"host_{kind}.pub")).split()[:2])
                  for kind in ("ed25519", "ecdsa", "rsa")}  # fmt: skip
        self.assertEqual(found, wanted)

    def test_copy_id(self):
        new = make_key(self.path("copied"))
        # ssh-copy-id keeps its scratch files in ~/.ssh and takes ~ from the environment.
        home = self.path("client-home")
        os.makedirs(home + "/.ssh", 0o700)
        self.refused(key=new)
        command = ["ssh-copy-id", "-f", "-i", new + ".pub", "-p", str(self.server.port),
                   *sum((["-o", option] for option in (
                       "IdentityFile=" + self.key, "StrictHostKeyChecking=no",
                       "UserKnownHostsFile=" + self.path("known_hosts"))), []),
                   f"{self.user.name}@127.0.0.1"]  # fmt: skip
        self.call(command, env={**ENVIRONMENT, "HOME": home})
        self.assertIn(read(new + ".pub").strip(), read(self.user.path(".ssh/authorized_keys")))
        self.ssh("true", key=new)
        self.user.authorize(self.public_key)

    def test_scp_by_sftp_and_by_its_own_protocol(self):
        for name, how in (("sftp", ()), ("own", ("-O",))):
            with self.subTest(name):
                source = self.tree("tree-" + name)
                there = self.user.path("there-" + name)
                back = self.path("back-" + name)
                self.scp(*how, "-r", "-p", source, self.remote(there))
                self.assertEqual(self.digest(there), self.digest(source))
                self.scp(*how, "-r", "-p", self.remote(there), back)
                self.assertEqual(self.digest(back), self.digest(source))
                self.assertTrue(os.path.isdir(back + "/sub/empty"))

    def test_scp_of_what_is_not_there(self):
        for how in ((), ("-O",)):
            command = ["scp", *self.options(port_option="-P"), *how,
                       self.remote("/nonexistent"), self.path("never")]  # fmt: skip
            self.assertIn(b"No such file", self.call(command, check=1).stderr)

    def test_scp_through_the_client_between_two_places(self):
        write(self.user.path("one"), "through", owner=self.user.entry)
        self.scp("-3", self.remote("one"), self.remote("two"))
        self.assertEqual(read(self.user.path("two")), "through")

    def test_sftp_in_a_batch(self):
        source = self.tree("batch")
        batch = write(self.path("batch.txt"), f"""
mkdir in
lcd {source}
cd in
put sub/large
chmod 600 large
rename large larger
symlink larger link
ln larger hard
ls -l
df
reget larger {self.path('fetched')}
get larger {self.path('fetched')}
rm hard
rm link
-rm nothing
pwd
""")
        done = self.call(["sftp", "-q", "-b", batch, *self.options(port_option="-P"),
                          f"{self.user.name}@127.0.0.1"])  # fmt: skip
        self.assertIn(self.user.path("in").encode(), done.stdout)
        with open(source + "/sub/large", "rb") as a, open(self.path("fetched"), "rb") as b:
            self.assertEqual(a.read(), b.read())
        self.assertEqual(os.listdir(self.user.path("in")), ["larger"])
        self.assertEqual(os.stat(self.user.path("in/larger")).st_uid, self.user.entry.pw_uid)

    def test_jump(self):
        # -J has no way to give the first hop its options but a file.
        config = write(self.path("jump_config"), f"""
Host *
  Port {self.server.port}
  User {self.user.name}
  HostName 127.0.0.1
  IdentityFile {self.key}
  IdentitiesOnly yes
  BatchMode yes
  StrictHostKeyChecking no
  UserKnownHostsFile {self.path("known_hosts")}
""")
        done = self.call(["ssh", "-F", config, "-J", "first,second", "third", "echo $SSH_CONNECTION"])
        self.assertEqual(done.stdout.split()[0], b"127.0.0.1")
        self.assertEqual(done.stdout.split()[3].decode(), str(self.server.port))
        self.assertEqual(self.log().count("Accepted publickey"), 3)

    def test_rekeying_while_data_flow(self):
        size = 24 << 20
        data = os.urandom(1 << 20) * (size >> 20)
        done = self.ssh("cat", options=("-o", "RekeyLimit=1M"), input=data)
        self.assertEqual(hashlib.sha256(done.stdout).digest(), hashlib.sha256(data).digest())

    def test_status_over_a_shared_connection(self):
        # The client closes such a channel at the server's EOF and does not wait for more.
        control = self.path("control")
        self.background(options=("-M", "-N", "-S", control), stdin=subprocess.DEVNULL)
        self.assertTrue(wait_for(lambda: os.path.exists(control)))
        for command in ("exit 5", "cat; exit 5", "exec >&- 2>&-; sleep 0.3; exit 5") * 3:
            self.ssh(command, options=("-S", control), input=b"some", check=5)

    def test_known_hosts_learn_the_other_keys(self):
        # hostkeys-00@openssh.com and its proof; the client asks a server that it knows already.
        known = self.path("learnt")
        for _ in range(2):
            self.ssh("sleep 0.5", options=("-o", "UpdateHostKeys=yes",
                     "-o", "UserKnownHostsFile=" + known))  # fmt: skip
        kinds = sorted(line.split()[1] for line in read(known).splitlines())
        self.assertEqual(kinds, ["ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-rsa"])


if __name__ == "__main__":
    main()
