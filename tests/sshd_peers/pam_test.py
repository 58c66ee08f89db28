"""Sessions of PAM: opened and closed once each, whoever dies; what modules do to programs; refused."""

import os
import signal
import subprocess
import time

from support import PeerTest, main, make_key, read, wait_for, write

PASSWORD = "correct horse"

RECORD = """#!/bin/sh
echo "begin $PAM_TYPE $PAM_USER" >>{dir}/calls
while [ -e {dir}/hold-$PAM_TYPE ]; do sleep 0.05; done
echo "$PAM_TYPE $PAM_USER $PAM_RHOST $PAM_TTY ${{PAM_RUSER:-nobody}} $(id -u)" >>{dir}/calls
"""


class PamTest(PeerTest):
    """A service of PAM of its own, that records what it is asked for."""

    more = ()
    session = ()
    account = ("required pam_permit.so",)

    @classmethod
    def settings(cls):
        record = write(cls.path("record"), RECORD.format(dir=cls.dir), 0o755)
        write(cls.path("calls"), "", 0o644)
        write(cls.path("auth.conf"), "FROM_AUTH DEFAULT=credentials\n", 0o644)
        write(cls.path("session.conf"), "FROM_SESSION DEFAULT=open\nUSER DEFAULT=somebody\n"
              "SSH_CONNECTION DEFAULT=forged\nSSH_AUTH_INFO_0 DEFAULT=secret\n", 0o644)  # fmt: skip
        write(cls.path("limits.conf"), "* - nofile 123\n", 0o644)
        write(cls.path("words"), "The modules greet you.\n", 0o644)
        service = "sct-" + os.path.basename(cls.dir)
        write(cls.path("group.conf"), f"{service};*;*;Al0000-2400;games\n", 0o644)
        lines = [
            "auth required pam_permit.so",
            "auth required pam_group.so",
            f"auth required pam_env.so readenv=0 conffile={cls.path('auth.conf')}",
            *(f"account {line}" for line in cls.account),
            f"account required pam_exec.so {record}",
            *(f"session {line}" for line in cls.session),
            f"session required pam_exec.so {record}",
            f"session required pam_env.so readenv=0 conffile={cls.path('session.conf')}",
            f"session required pam_limits.so conf={cls.path('limits.conf')}",
            f"session optional pam_echo.so file={cls.path('words')}",
        ]
        path = write("/etc/pam.d/" + service, "\n".join(lines) + "\n", 0o644)
        cls.addClassCleanup(os.remove, path)
        return (*cls.more, "UsePAM yes", f"PAMServiceName {service}")

    @classmethod
    def server_prefix(cls):
        """pam_group reads that file and no other: the server sees the test's in its place."""
        return ("unshare", "-m", "sh", "-ec", "mount --make-rprivate / && mount --bind "
                '"$0" /etc/security/group.conf && exec "$@"', cls.path("group.conf"))  # fmt: skip

    def setUp(self):
        super().setUp()
        write(self.path("calls"), "", 0o644)
        self.addCleanup(self.assert_nothing_is_left)  # after the clients have been ended

    def tearDown(self):
        for kind in ("open_session", "close_session"):
            self.let_go(kind)
        super().tearDown()

    def assert_nothing_is_left(self):
        opened = len(self.calls("open_session"))
        self.assertTrue(wait_for(lambda: len(self.calls("close_session")) == opened),
                        read(self.path("calls")))  # fmt: skip

    def calls(self, kind):
        return [line for line in read(self.path("calls")).splitlines() if line.split()[0] == kind]

    def hold(self, kind):
        write(self.path("hold-" + kind), "")

    def let_go(self, kind):
        if os.path.exists(self.path("hold-" + kind)):
            os.remove(self.path("hold-" + kind))

    def assert_closed(self, count=1):
        """So many sessions have been opened, and each has been closed once."""
        wait_for(lambda: len(self.calls("close_session")) >= count)
        time.sleep(0.3)  # for one too many
        said = read(self.path("calls"))
        self.assertEqual(len(self.calls("open_session")), count, said)
        self.assertEqual(len(self.calls("close_session")), count, said)

    def assert_open(self, count=1):
        self.assertTrue(wait_for(lambda: len(self.calls("open_session")) == count))
        self.assertEqual(self.calls("close_session"), [])

    def sleeper(self, *options):
        """A client with a program that runs until it is told to end."""
        client = self.background("echo begun; exec sleep 300", options=options,
                                 stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)  # fmt: skip
        self.assertEqual(client.stdout.readline(), b"begun\n")
        return client

    def processes(self):
        """What the user runs."""
        found = subprocess.run(["pgrep", "-u", self.user.name], capture_output=True)
        return found.stdout.decode().split()


class Sessions(PamTest):
    more = ("KbdInteractiveAuthentication yes", "PasswordAuthentication yes")

    def test_what_modules_are_told(self):
        self.ssh("true")
        self.assert_closed()
        name = self.user.name
        self.assertEqual(self.calls("account"), [f"account {name} 127.0.0.1 ssh nobody 0"])
        for kind in ("open_session", "close_session"):
            self.assertEqual(self.calls(kind), [f"{kind} {name} 127.0.0.1 ssh {name} 0"])

    def test_environment(self):
        for method in ("publickey", "password", "keyboard-interactive"):
            with self.subTest(method):
                if method == "publickey":
                    done = self.ssh("env")
                else:
                    done = self.with_password("env", password=PASSWORD, methods=method)
                lines = done.stdout.decode().splitlines()
                self.assertIn("FROM_AUTH=credentials", lines)
                self.assertIn("FROM_SESSION=open", lines)
                self.assertIn("USER=somebody", lines)
                self.assertIn("HOME=" + self.user.home, lines)
                self.assertFalse([x for x in lines if "secret" in x or "forged" in x], lines)
                self.assertTrue([x for x in lines if x.startswith("SSH_CONNECTION=127.0.0.1 ")])

    def test_programs_inherit_what_modules_do(self):
        limit, uid, groups = self.output("ulimit -n; id -u; id -Gn").splitlines()
        self.assertEqual(limit, "123")
        self.assertEqual(uid, str(self.user.entry.pw_uid))
        self.assertEqual(set(groups.split()), {self.user.name, "games"})

    def test_programs_end_as_without(self):
        self.ssh("exit 7", check=7)
        self.assertEqual(self.ssh("kill -TERM $$", check=None).returncode, 255)
        data = os.urandom(1 << 20)
        self.assertEqual(self.ssh("cat; echo done >&2", input=data).stdout, data)
        with open(self.user.path("file"), "wb") as file:
            file.write(data)
        self.call(["scp", *self.options(port_option="-P"),
                   f"{self.user.name}@127.0.0.1:{self.user.path('file')}", self.path("copy")])  # fmt: skip
        with open(self.path("copy"), "rb") as file:
            self.assertEqual(file.read(), data)

    def test_greeting(self):
        shell = self.ssh(options=("-tt",), input=b"tty; exit 3\n", check=3).stdout
        self.assertIn(b"The modules greet you.", shell)
        self.assertIn(b"/dev/pts/", shell)
        self.assertNotIn(b"The modules", self.ssh("true", options=("-tt",)).stdout)
        write(self.user.path(".hushlogin"), "")
        self.addCleanup(os.remove, self.user.path(".hushlogin"))
        shell = self.ssh(options=("-tt",), input=b"exit 3\n", check=3).stdout
        self.assertNotIn(b"The modules", shell)

    def test_one_for_all_programs_of_a_connection(self):
        control = self.path("control")
        master = self.sleeper("-M", "-S", control)
        for _ in range(3):
            self.ssh("true", options=("-S", control))
        self.assert_open()
        master.terminate()
        self.assert_closed()

    def test_one_without_a_program(self):
        client = self.background(options=("-N",))
        self.assert_open()
        client.terminate()
        self.assert_closed()

    def test_client_is_killed(self):
        client = self.sleeper()
        self.assert_open()
        client.kill()
        self.assert_closed()
        self.assertTrue(wait_for(lambda: not self.processes()))

    def test_several_clients_are_killed(self):
        clients = [self.sleeper() for _ in range(4)]
        self.assert_open(4)
        for client in clients:
            client.kill()
        self.assert_closed(4)

    def test_program_that_does_not_end(self):
        client = self.background("trap '' HUP; echo begun; sleep 300", stdout=subprocess.PIPE)
        client.stdout.readline()
        client.kill()
        self.assert_closed()
        for process in self.processes():
            os.kill(int(process), signal.SIGKILL)

    def test_worker_is_killed(self):
        self.sleeper()
        self.assert_open()
        found = subprocess.run(["pgrep", "-f", "statecall-sshd --worker"], capture_output=True)
        for worker in found.stdout.split():
            with open(f"/proc/{int(worker)}/status") as status:
                parent = next(x for x in status if x.startswith("PPid:")).split()[1]
            if int(parent) == self.server.process.pid:
                os.kill(int(worker), signal.SIGKILL)
        self.assert_closed()
        self.assertTrue(wait_for(lambda: not self.processes()))
        self.assertTrue(wait_for(self.server.accepts))

    def test_monitor_is_killed(self):
        self.sleeper()
        self.assert_open()
        self.server.process.kill()
        self.server.process.wait()
        self.assert_closed()
        self.assertTrue(wait_for(lambda: not self.processes()))
        self.server.start()

    def test_modules_that_block(self):
        self.hold("open_session")
        slow = self.background("echo in", stdout=subprocess.PIPE)
        self.assertTrue(wait_for(lambda: self.calls("begin")[-1:] == [
            f"begin open_session {self.user.name}"]))  # fmt: skip
        # Others are served, up to where they wait themselves.
        self.refused(user="nobody-of-this-name")
        self.assertIsNone(slow.poll())
        self.let_go("open_session")
        self.assertEqual(slow.communicate(timeout=60)[0], b"in\n")
        self.assert_closed()

    def test_client_goes_while_a_module_blocks(self):
        self.hold("open_session")
        client = self.background("true")
        self.assertTrue(wait_for(lambda: self.calls("begin")[-1:] == [
            f"begin open_session {self.user.name}"]))  # fmt: skip
        client.kill()
        client.wait()
        self.assertEqual(self.calls("open_session"), [])
        self.let_go("open_session")
        self.assert_closed()

    def test_a_session_that_closes_slowly(self):
        self.hold("close_session")
        self.ssh("true")
        self.ssh("true")
        self.assertTrue(wait_for(lambda: self.calls("begin").count(
            f"begin close_session {self.user.name}") == 2))  # fmt: skip
        self.let_go("close_session")
        self.assert_closed(2)

    def test_session_process_is_killed(self):
        client = self.sleeper()
        found = subprocess.run(["pgrep", "-P", str(self.server.process.pid), "-u", "0"],
                               capture_output=True)  # fmt: skip
        for process in map(int, found.stdout.split()):
            if "--worker" not in read(f"/proc/{process}/cmdline"):
                os.kill(process, signal.SIGKILL)
        client.wait(20)
        self.assert_logged(f"the session of {self.user.name} has ended by itself")
        for process in self.processes():
            os.kill(int(process), signal.SIGKILL)
        write(self.path("calls"), "", 0o644)
        self.ssh("true")

    def test_what_is_not_proved_opens_nothing(self):
        self.refused(key=make_key(self.path(f"other-{time.monotonic_ns()}")))
        self.assertEqual(read(self.path("calls")), "")


class Steps(PamTest):
    more = ("PasswordAuthentication yes", "AuthenticationMethods password,publickey publickey,password")

    def test_one_session_after_all_steps(self):
        for number, methods in enumerate(("publickey,password", "password,publickey"), 1):
            done = self.with_password("echo $FROM_AUTH", password=PASSWORD, methods=methods,
                                      options=("-i", self.key))  # fmt: skip
            self.assertEqual(done.stdout, b"credentials\n")
            self.assert_closed(number)
            self.assertEqual(len(self.calls("account")), number)

    def test_half_of_the_steps(self):
        self.with_password("true", password=PASSWORD, check=255)
        self.assertEqual(self.calls("open_session"), [])


class NoSession(PamTest):
    session = ("requisite pam_deny.so",)

    def test_refused(self):
        self.refused()
        self.assert_logged(f"Access denied for user {self.user.name} by PAM session: "
                           "pam_open_session: ")  # fmt: skip
        self.assertNotIn("Accepted publickey", self.log())
        self.assertEqual(self.calls("open_session") + self.calls("close_session"), [])

    def test_forwarding_is_refused_too(self):
        self.ssh(options=("-N",), check=255)


class NoAccount(PamTest):
    account = ("requisite pam_deny.so",)

    def test_refused(self):
        self.refused()
        self.assert_logged(f"Access denied for user {self.user.name} by PAM account configuration: ")
        self.assertEqual(self.calls("open_session"), [])


if __name__ == "__main__":
    main()
