#!/usr/bin/env python3
"""pack_test.py STATECALL-SSHD SSHD_PACK TABLES

Drives the negative pack (main.cpp) against a daemon of its own, once in user mode and, as root, once
with separated privileges; then compares the daemon's log with what the client was refused: for each
refusal one record, with the automaton, the statecall and an explanation. SSH_PACK=all: every case."""

import base64
import collections
import crypt
import json
import os
import secrets
import select
import socket
import subprocess
import sys
import threading
import unittest

PACK = os.path.abspath(sys.argv.pop(2))
TABLES = os.path.abspath(sys.argv.pop(2))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sshd"))
import support  # noqa: E402

# What a client may run, by the names in model.hpp: nothing says anything unasked.
PROGRAMS = """#!/bin/sh
case "$SSH_ORIGINAL_COMMAND" in
  ends) exit 0 ;;
  is-killed) kill -9 $$ ;;
  closes-output) exec <&- >&- 2>&- ;;
esac
exec sleep 100000
"""


class SilentListener:
    """Takes connections at a Unix socket, says nothing, and lets go when the other end has."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        os.chmod(path, 0o666)
        self.listener.listen(128)
        self.wake, self.stopped = socket.socketpair()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        poll = select.poll()
        poll.register(self.listener, select.POLLIN)
        poll.register(self.stopped, select.POLLIN)
        held = {}
        while True:
            for fd, _ in poll.poll():
                if fd == self.stopped.fileno():
                    for each in held.values():
                        each.close()
                    return
                if fd == self.listener.fileno():
                    each, _ = self.listener.accept()
                    held[each.fileno()] = each
                    # Not POLLIN: a client's EOF is no reason to go.
                    poll.register(each, 0)
                else:
                    poll.unregister(fd)
                    held.pop(fd).close()

    def stop(self):
        self.wake.send(b"x")
        self.thread.join()
        for each in (self.listener, self.wake, self.stopped):
            each.close()


class UserMode(support.SshdTest):
    """The daemon of one user."""

    mode = "user mode"
    options = ("--user-mode",)

    password = secrets.token_hex(8)

    @classmethod
    def setUpClass(cls):
        cls._directory = support.tempfile.TemporaryDirectory(prefix="sshd-pack-")
        cls.addClassCleanup(cls._directory.cleanup)
        cls.dir = cls._directory.name
        cls.write("programs", PROGRAMS, 0o755)
        # Few rounds: this is not where passwords are tested.
        salt = crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)
        cls.write("users", f"{support.USER}:{crypt.crypt(cls.password, salt)}\n", 0o600)
        listener = SilentListener(os.path.join(cls.dir, "silent"))
        cls.addClassCleanup(listener.stop)
        cls.server = support.Server(cls.dir, *cls.settings(), options=cls.options)
        cls.addClassCleanup(cls.server.stop)

    @classmethod
    def write(cls, name, text, mode):
        path = os.path.join(cls.dir, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)

    @classmethod
    def settings(cls):
        return (
            f"StatecallUsersFile {cls.dir}/users",
            f"StatecallLogFile {cls.dir}/log.json",
            "StatecallLogFormat json",
            "PermitRootLogin yes",
            "PasswordAuthentication yes",
            "KbdInteractiveAuthentication yes",
            "MaxAuthTries 20",
            "LoginGraceTime 0",
            "MaxSessions 100",
            "MaxStartups 1000",
            "AllowAgentForwarding no",
            "AcceptEnv LANG",
            f"ForceCommand {cls.dir}/programs",
        )

    def drive(self):
        with open(self.server.key + ".pub") as file:
            key = base64.b64decode(file.read().split()[1]).hex()
        return subprocess.run(
            [PACK, "daemon", TABLES, "127.0.0.1", str(self.server.port), support.USER,
             self.path("report"), self.password, key, self.path("silent")],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def refusals_of_the_log(self):
        """By the port of the client, which may serve several, one after the other."""
        found = collections.defaultdict(list)
        with open(self.path("log.json")) as log:
            for line in log:
                if '"automaton"' not in line:
                    continue
                record = json.loads(line)
                port = record["message"].split(" port ")[1].split()[0]
                found[port].append(record)
        return found

    def wanted_refusals(self):
        wanted = collections.defaultdict(list)
        with open(self.path("report")) as report:
            for line in report:
                port, statecall, automata = line.split()
                wanted[port].append((statecall, automata.split(",")))
        return wanted

    def test_every_refusal(self):
        done = self.drive()
        print(f"\n{self.mode}:\n{done.stdout}", end="", flush=True)
        self.assertEqual(done.returncode, 0, self.server.read_log()[-3000:])
        wanted = self.wanted_refusals()
        self.assertTrue(wanted)
        count = sum(len(each) for each in wanted.values())
        # A record is written before the connection is closed.
        logged = self.refusals_of_the_log()
        self.assertEqual(sum(len(each) for each in logged.values()), count)
        for port, cases in wanted.items():
            for (statecall, automata), record in zip(cases, logged[port], strict=True):
                with self.subTest(port=port, statecall=statecall):
                    self.assertEqual(record["statecall"], statecall)
                    self.assertIn(record["automaton"], automata)
                    self.assertEqual(record["direction"], "received")
                    self.assertEqual(record["level"], "error")
                    self.assertIn(statecall, record["explanation"])
                    self.assertIn(record["automaton"], record["explanation"])
        print(f"{count} refusals in the log, each of them explained", flush=True)


@unittest.skipIf(os.geteuid() != 0, "separated privileges need root")
class SeparatedPrivileges(UserMode):
    """The system's daemon: who speaks the protocol is a process without rights."""

    mode = "separated privileges"
    options = ()

    @classmethod
    def settings(cls):
        return (*super().settings(), "UsePAM no", "PidFile none")


if __name__ == "__main__":
    support.main()
