"""Logging in as an ordinary user, and who may: what the program finds, StrictModes, AllowUsers,
PermitRootLogin, ForceCommand, Match, locked accounts."""

import os
import pwd
import shutil

from support import PeerTest, User, main, run


class Identity(PeerTest):
    config = ("AcceptEnv LC_*", "SetEnv SITE=here", "PermitUserEnvironment yes")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.user.name + "g"
        run("groupadd", cls.group)
        cls.addClassCleanup(run, "groupdel", cls.group)
        run("usermod", "-a", "-G", cls.group, cls.user.name)

    def test_ids_and_groups(self):
        lines = self.output("id -u; id -g; id -nG; id -ru; pwd; umask").split("\n")
        entry = self.user.entry
        self.assertEqual(lines[0:2], [str(entry.pw_uid), str(entry.pw_gid)])
        self.assertEqual(set(lines[2].split()), {self.user.name, self.group})
        self.assertEqual(lines[3:6], [str(entry.pw_uid), self.user.home, "0022"])
        status = self.output("grep -E '^(Uid|Gid|Cap(Inh|Prm|Eff)|Groups):' /proc/self/status")
        self.assertNotRegex(status, r"(?m)^[UG]id:.*\b0\b")
        self.assertRegex(status, r"CapEff:\s0+\n")
        self.assertRegex(status, r"CapInh:\s0+\n")

    def test_environment(self):
        done = self.output("/usr/bin/env -0", options=("-o", "SetEnv=LC_X=1 SECRET=2"))
        found = dict(item.split("=", 1) for item in done.split("\0") if "=" in item)
        wanted = {
            "USER": self.user.name, "LOGNAME": self.user.name, "HOME": self.user.home,
            "SHELL": "/bin/sh", "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/games",
            "LC_X": "1", "SITE": "here",
        }  # fmt: skip
        self.assertEqual({name: found.get(name) for name in wanted}, wanted)
        # PWD and _ are the shell's.
        self.assertEqual(set(found) - set(wanted) - {"PWD", "OLDPWD", "_", "SHLVL"},
                         {"SSH_CLIENT", "SSH_CONNECTION"})  # fmt: skip
        self.assertRegex(found["SSH_CLIENT"], rf"^127\.0\.0\.1 \d+ {self.server.port}$")

    def test_nothing_is_inherited(self):
        # Descriptors, blocked and ignored signals; on pipes and on a terminal.
        for options in ((), ("-tt",)):
            with self.subTest(options):
                text = self.output("ls /proc/self/fd; grep -E 'Sig(Blk|Ign)' /proc/self/status",
                                   options=options)  # fmt: skip
                words = text.split()
                # 3 is the one that ls reads the directory with.
                self.assertEqual(words[: words.index("SigBlk:")], ["0", "1", "2", "3"])
                self.assertEqual(words[words.index("SigBlk:") + 1].strip("0"), "")
                self.assertEqual(words[words.index("SigIgn:") + 1].strip("0"), "")

    def test_login_shell_and_terminal(self):
        done = self.ssh(options=("-tt",), input=b"echo $0; stat -c '%U %a' $(tty); exit 3\n", check=3)
        self.assertRegex(done.stdout, rb"(?m)^(\$ )?-sh\r")
        self.assertIn(b"%s 6" % self.user.name.encode(), done.stdout)

    def test_home_that_is_gone(self):
        other = User(self.path("home"))
        self.addCleanup(other.remove)
        other.authorize(self.public_key)
        config = f"AuthorizedKeysFile {self.path('keys')}"
        shutil.copy(other.path(".ssh/authorized_keys"), self.path("keys"))
        os.chmod(self.path("keys"), 0o644)
        self.server.configure(config, "StrictModes no")
        self.server.reload()
        self.addCleanup(self.server.reload)
        self.addCleanup(self.server.configure, *self.settings())
        shutil.rmtree(other.home)
        done = self.ssh("pwd", user=other.name)
        self.assertEqual(done.stdout, b"/\n")
        self.assertIn(b"Could not chdir to home directory", done.stderr)


class StrictModes(PeerTest):
    def test_what_others_may_write_is_left_aside(self):
        for name, mode in (("", 0o775), ("", 0o757), (".ssh", 0o770), (".ssh", 0o707),
                           (".ssh/authorized_keys", 0o620), (".ssh/authorized_keys", 0o602)):
            path = self.user.path(name)
            before = os.stat(path).st_mode & 0o7777
            with self.subTest(name=name, mode=oct(mode)):
                self.ssh("true")
                os.chmod(path, mode)
                try:
                    self.refused()
                finally:
                    os.chmod(path, before)
                self.assert_logged("bad ownership or modes for")

    def test_files_of_somebody_else(self):
        path = self.user.path(".ssh/authorized_keys")
        nobody = pwd.getpwnam("nobody")
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
        os.chmod(path, 0o644)
        try:
            self.refused()
        finally:
            self.user.authorize(self.public_key)
        self.ssh("true")

    def test_links_and_what_is_no_file(self):
        path = self.user.path(".ssh/authorized_keys")
        target = self.user.path("elsewhere")
        try:
            shutil.copy(path, target)
            os.chmod(target, 0o666)
            os.remove(path)
            os.symlink(target, path)
            self.refused()
            os.remove(path)
            os.mkfifo(path)
            self.refused()
        finally:
            os.remove(path)
            self.user.authorize(self.public_key)
        self.ssh("true")


class WhoMay(PeerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = User(cls.path("home"))
        cls.addClassCleanup(cls.other.remove)
        cls.other.authorize(cls.public_key)

    def configure(self, *lines):
        self.server.configure(*lines)
        self.server.reload()

    def may(self, *users):
        for user in (self.user, self.other):
            if user in users:
                self.ssh("true", user=user.name)
            else:
                self.refused(user=user.name)

    def test_users_and_groups(self):
        one, two = self.user.name, self.other.name
        for lines, users in (
            ([f"AllowUsers {one}"], [self.user]),
            ([f"DenyUsers {one}"], [self.other]),
            ([f"AllowUsers {one[:-1]}?"], [self.user, self.other]),
            ([f"AllowUsers {one}@10.0.0.0/8 {two}@127.0.0.0/8"], [self.other]),
            ([f"AllowUsers {one} {two}", f"DenyUsers {two}"], [self.user]),
            ([f"AllowGroups {two}"], [self.other]),
            ([f"DenyGroups {two} nothing"], [self.user]),
            ([], [self.user, self.other]),
        ):
            with self.subTest(lines):
                self.configure(*lines)
                self.may(*users)
                if lines and len(users) == 1:
                    self.assert_logged("not allowed because")

    def test_match(self):
        one = self.user.name
        self.configure(
            f"Match User {one}", "ForceCommand echo forced $SSH_ORIGINAL_COMMAND", "PermitTTY no",
            "Match Address 127.0.0.1 User *,!" + one, "SetEnv WHERE=loopback",
            "Match Group " + self.other.name, "AllowTcpForwarding no",
        )  # fmt: skip
        self.assertEqual(self.output("anything else"), "forced anything else\n")
        self.assertEqual(self.output("echo $WHERE", user=self.other.name), "loopback\n")
        done = self.ssh("true", options=("-tt",), check=None)
        self.assertNotIn(b"forced", done.stderr)
        done = self.ssh(user=self.other.name, check=255,
                        options=("-W", f"127.0.0.1:{self.server.port}"))  # fmt: skip
        self.assertIn(b"stdio forwarding failed", done.stderr)
        done = self.ssh(options=("-W", f"127.0.0.1:{self.server.port}"), input=b"SSH-2.0-x\r\n")
        self.assertTrue(done.stdout.startswith(b"SSH-2.0-"))

    def test_locked_account(self):
        self.configure()
        run("usermod", "-L", self.other.name)
        self.addCleanup(run, "usermod", "-p", "*", self.other.name)
        self.may(self.user)
        self.assert_logged("not allowed because account is locked")

    def test_shell_that_is_not_there(self):
        self.configure()
        run("usermod", "-s", "/nonexistent/shell", self.other.name)
        self.addCleanup(run, "usermod", "-s", "/bin/sh", self.other.name)
        self.may(self.user)
        self.assert_logged("not allowed because shell .* does not exist")

    def test_root(self):
        keys = self.path("root_keys")
        for setting, plain, forced in (("yes", 0, 0), ("no", 255, 255),
                                       ("prohibit-password", 0, 0),
                                       ("forced-commands-only", 255, 0)):  # fmt: skip
            with self.subTest(setting):
                # /tmp may be written by all: StrictModes says no to keys there. SHLVL keeps
                # bash from reading root's own startup file.
                self.configure(f"PermitRootLogin {setting}", f"AuthorizedKeysFile {keys}",
                               "StrictModes no", "SetEnv SHLVL=5")  # fmt: skip
                for options, status in (("", plain), ('command="/bin/true" ', forced)):
                    with open(keys, "w") as file:
                        file.write(options + self.public_key + "\n")
                    self.ssh("/bin/true", user="root", check=status)
                if 255 in (plain, forced):
                    self.assert_logged("ROOT LOGIN REFUSED FROM 127.0.0.1")

    def test_root_finds_itself_at_home(self):
        keys = self.path("root_keys")
        with open(keys, "w") as file:
            file.write(self.public_key + "\n")
        self.configure("PermitRootLogin yes", f"AuthorizedKeysFile {keys}", "StrictModes no", "SetEnv SHLVL=5",
                       "ForceCommand exec /bin/sh -c 'id -u; echo $PATH; echo $HOME'")  # fmt: skip
        wanted = ["0", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                  pwd.getpwuid(0).pw_dir]  # fmt: skip
        self.assertEqual(self.output(user="root").split("\n")[-4:-1], wanted)


if __name__ == "__main__":
    main()
