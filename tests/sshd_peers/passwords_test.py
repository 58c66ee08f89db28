"""Passwords: the file of users, PAM; wrong ones, several methods in a row, the banner."""

import crypt
import time

from support import PeerTest, main, write

PASSWORD = "correct horse"


class UsersFile(PeerTest):
    password_methods = ("password", "keyboard-interactive")
    more = ()

    @classmethod
    def settings(cls):
        write(cls.path("banner"), "Authorised people only.\n")
        write(cls.path("users"), f"{cls.user.name}:{crypt.crypt(PASSWORD)}\n")
        return (f"StatecallUsersFile {cls.path('users')}", "PasswordAuthentication yes",
                "KbdInteractiveAuthentication yes", "MaxAuthTries 3",
                f"Banner {cls.path('banner')}", *cls.more)  # fmt: skip

    def test_right(self):
        for method in self.password_methods:
            with self.subTest(method):
                done = self.with_password("id -u", password=PASSWORD, methods=method)
                self.assertEqual(done.stdout.decode().strip(), str(self.user.entry.pw_uid))
                self.assert_logged(f"Accepted {method}(/pam)? for {self.user.name} from 127.0.0.1")

    def test_wrong(self):
        for method in self.password_methods:
            for password in ("wrong", "", PASSWORD + " ", "x" * 900):
                with self.subTest(method=method, password=password):
                    self.with_password("true", password=password, methods=method, check=255)
            self.assert_logged(f"Failed {method}(/pam)? for {self.user.name} from 127.0.0.1")

    def test_max_auth_tries(self):
        done = self.with_password("true", password="wrong", check=255,
                                  options=("-o", "NumberOfPasswordPrompts=9"))  # fmt: skip
        self.assertIn(b"Too many authentication failures", done.stderr)
        self.assert_logged("maximum authentication attempts exceeded for " + self.user.name)
        self.assertEqual(self.log().count("Failed password for"), 3)

    def test_users_that_do_not_exist_are_not_told_apart(self):
        said, times = {}, {}

        def apart():
            one, other = (min(each) for each in times.values())
            return abs(one - other)

        # The answer comes at a multiple of half a second. A busy machine makes it slip by one: then
        # again, until each has once been answered when it should.
        for rounds in range(10):
            if rounds >= 3 and apart() < 0.3:
                break
            for user in (self.user.name, "nobody-of-this-name"):
                start = time.monotonic()
                done = self.with_password("true", user=user, password="wrong", check=255,
                                          options=("-o", "NumberOfPasswordPrompts=1"))  # fmt: skip
                times.setdefault(user, []).append(time.monotonic() - start)
                said.setdefault(user, set()).add(done.stderr.replace(user.encode(), b"USER"))
        self.assertEqual(*said.values())
        self.assertLess(apart(), 0.3, times)
        self.assert_logged("Invalid user nobody-of-this-name from 127.0.0.1")
        self.assert_logged("Failed password for invalid user nobody-of-this-name")

    def test_banner(self):
        done = self.ssh("true", options=("-o", "LogLevel=INFO"))
        self.assertIn(b"Authorised people only.", done.stderr)


class Pam(UsersFile):
    """The same by PAM, which asks by keyboard-interactive."""

    more = ("UsePAM yes",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.set_password(PASSWORD)


class Steps(PeerTest):
    @classmethod
    def settings(cls):
        write(cls.path("users"), f"{cls.user.name}:{crypt.crypt(PASSWORD)}\n")
        return (f"StatecallUsersFile {cls.path('users')}", "PasswordAuthentication yes",
                "AuthenticationMethods publickey,password")  # fmt: skip

    def test_both_or_nothing(self):
        self.refused()  # the key alone
        self.with_password("true", password=PASSWORD, check=255)  # the password alone
        for password, status in ((PASSWORD, 0), ("wrong", 255)):
            self.with_password("true", password=password, methods="publickey,password",
                               options=("-i", self.key), check=status)  # fmt: skip
        self.assert_logged("Partial publickey for " + self.user.name)
        # In this order only.
        self.with_password("true", password=PASSWORD, methods="password,publickey",
                           options=("-i", self.key))  # fmt: skip


if __name__ == "__main__":
    main()
