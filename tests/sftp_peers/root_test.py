#!/usr/bin/env python3
"""A root cannot be left: by "..", by links, by whoever changes the tree meanwhile."""

import ctypes
import os
import stat
import sys
import threading
import time
import unittest

from raw_client import (DENIED, F_CREAT, F_READ, F_TRUNC, F_WRITE, FSETSTAT, LSTAT, MKDIR, NO_SUCH_FILE, OPENDIR,
                        READLINK, REALPATH, REMOVE, RENAME, RMDIR, SERVER, SETSTAT, STAT, SYMLINK, Case, Refused,
                        attrs, string)

RENAME_EXCHANGE = 2
AT_FDCWD = -100
LIBC = ctypes.CDLL(None, use_errno=True)


class Root(Case):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("root"))
        os.mkdir(self.path("root/dir"))
        self.make("root/dir/file", b"inside")
        os.mkdir(self.path("outside"))
        self.secret = self.make("outside/secret", b"secret")
        os.chmod(self.secret, 0o640)
        self.before = self.tree()
        os.symlink(self.path("outside"), self.path("root/absolute"))
        os.symlink("../outside", self.path("root/up"))
        os.symlink("../../../../../../../../" + self.path("outside"), self.path("root/dir/far"))
        os.symlink("/proc/self/root" + self.path("outside"), self.path("root/magic"))
        self.server = self.client("-r", self.path("root"))

    def tree(self):
        """Everything outside, as it is."""
        found = {}
        for name in os.listdir(self.path("outside")):
            status = os.lstat(self.path("outside", name))
            found[name] = (self.content("outside/" + name), status.st_mode, status.st_size, status.st_mtime,
                           status.st_nlink, status.st_uid)
        return found

    def ways_out(self):
        outside = self.path("outside")
        return ["../outside", "/../outside", "dir/../../outside", "/dir/../../../outside", "absolute", "up", "dir/far",
                "magic", "/absolute/.", "up/../outside", outside, "//" + outside, "dir/./../../outside"]

    def test_no_way_out(self):
        s = self.server
        for way in self.ways_out():
            file = way + "/secret"
            with self.subTest(way):
                self.refused(NO_SUCH_FILE, s.open, file)
                self.refused(None, s.open, file, F_WRITE)
                self.refused(None, s.open, file, F_WRITE | F_TRUNC)
                self.refused(None, s.open, way + "/new", F_WRITE | F_CREAT)
                self.refused(NO_SUCH_FILE, s.ask, STAT, string(file))
                self.refused(NO_SUCH_FILE, s.ask, LSTAT, string(file))
                self.refused(None, s.ask, SETSTAT, string(file) + attrs(mode=0o777))
                self.refused(None, s.ask, SETSTAT, string(file) + attrs(size=0))
                self.refused(None, s.ask, SETSTAT, string(file) + attrs(times=(1, 1)))
                self.refused(None, s.extended, "lsetstat@openssh.com", string(file) + attrs(mode=0o777))
                self.refused(None, s.ask, OPENDIR, string(way))
                self.refused(None, s.ask, REMOVE, string(file))
                self.refused(None, s.ask, MKDIR, string(way + "/d") + attrs())
                self.refused(None, s.ask, RMDIR, string(way + "/"))
                self.refused(None, s.ask, RENAME, string(file) + string("/got"))
                self.refused(None, s.ask, RENAME, string("/dir/file") + string(way + "/put"))
                self.refused(None, s.extended, "posix-rename@openssh.com", string("/dir/file") + string(file))
                self.refused(None, s.extended, "hardlink@openssh.com", string(file) + string("/got"))
                self.refused(None, s.extended, "hardlink@openssh.com", string("/dir/file") + string(way + "/put"))
                self.refused(None, s.ask, SYMLINK, string("x") + string(way + "/link"))
                self.refused(None, s.ask, READLINK, string(file))
                self.refused(None, s.extended, "statvfs@openssh.com", string(file))
        self.assertEqual(self.tree(), self.before)
        self.assertEqual(self.content("root/dir/file"), b"inside")

    def test_the_top_is_the_top(self):
        s = self.server
        top = os.stat(self.path("root"))
        for path in ("/", ".", "..", "../..", "/..", "dir/../..", "/dir/../../.."):
            found = s.ask(STAT, string(path)).attrs()
            self.assertEqual(found["times"][1], int(top.st_mtime), path)
            self.assertIn("dir", s.names(path))
            self.assertNotIn("outside", s.names(path))
            self.assertEqual(s.one_name(REALPATH, path), "/")
        # What ends in ".." or is the top is no name that anything could be done to.
        for path in ("/", ".", "..", "dir/..", "dir/."):
            for kind in (REMOVE, RMDIR):
                self.refused(None, s.ask, kind, string(path))
            self.refused(None, s.ask, RENAME, string(path) + string("/new"))
            self.refused(None, s.ask, MKDIR, string(path) + attrs())
        # Not even its listing tells anything of the directory above.
        os.utime(self.path("root"), (1000, 2000))
        self.assertEqual(s.names("/")[".."][1], s.names("/")["."][1])
        self.assertEqual(s.names("/")[".."][1]["times"][1], 2000)
        self.assertNotEqual(s.names("/dir")[".."][1], s.names("/dir")["."][1])


    def test_paths_within(self):
        s = self.server
        os.symlink("/dir", self.path("root/to-dir"))
        self.assertEqual(s.read(s.open("/to-dir/file")), b"inside")
        self.assertEqual(s.one_name(REALPATH, "to-dir/../to-dir/file"), "/dir/file")
        self.assertEqual(s.one_name(REALPATH, "to-dir/none"), "/dir/none")
        self.assertEqual(s.one_name(REALPATH, ""), "/")
        self.refused(NO_SUCH_FILE, s.ask, REALPATH, string("none/none"))
        self.assertEqual(s.one_name(READLINK, "absolute"), self.path("outside"))
        fields = s.extended("expand-path@openssh.com", string("~/dir"))
        fields.u32()
        self.assertEqual(fields.string(), b"/dir")
        self.refused(NO_SUCH_FILE, s.extended, "expand-path@openssh.com", string("~root/x"))
        # A link that a client makes to the outside leads inside as well.
        s.ask(SYMLINK, string(self.path("outside/secret")) + string("made"))
        self.refused(NO_SUCH_FILE, s.open, "made")
        # Its own times and owner may be changed, and only its own.
        s.extended("lsetstat@openssh.com", string("made") + attrs(times=(5, 6)))
        self.assertEqual(os.lstat(self.path("root/made")).st_mtime, 6)
        self.assertEqual(self.tree(), self.before)

    def test_attributes_within(self):
        s = self.server
        s.ask(SETSTAT, string("dir/file") + attrs(size=3, mode=0o604, times=(7, 8)))
        status = os.stat(self.path("root/dir/file"))
        self.assertEqual((status.st_size, stat.S_IMODE(status.st_mode), status.st_mtime), (3, 0o604, 8))
        s.ask(SETSTAT, string("dir") + attrs(mode=0o711))
        self.assertEqual(stat.S_IMODE(os.stat(self.path("root/dir")).st_mode), 0o711)
        # Nothing needs to be readable for its owner to change its mode.
        s.ask(SETSTAT, string("dir/file") + attrs(mode=0))
        s.ask(SETSTAT, string("dir/file") + attrs(mode=0o640))
        self.assertEqual(stat.S_IMODE(os.stat(self.path("root/dir/file")).st_mode), 0o640)

    def test_start_directory_within(self):
        s = self.client("-r", self.path("root"), "-d", "/dir")
        self.assertEqual(s.one_name(REALPATH, "."), "/dir")
        self.assertEqual(s.read(s.open("file")), b"inside")
        self.assertEqual(s.read(s.open("/dir/file")), b"inside")

    def flip(self, stop):
        """A directory and a link to the outside change places, as fast as they can."""
        here, there = os.fsencode(self.path("root/flip")), os.fsencode(self.path("root/flop"))
        while not stop.is_set():
            if LIBC.renameat2(AT_FDCWD, here, AT_FDCWD, there, RENAME_EXCHANGE) != 0:
                raise OSError(ctypes.get_errno(), "renameat2")

    def test_races(self):
        os.mkdir(self.path("root/flip"))
        self.make("root/flip/secret", b"inside")
        os.symlink(self.path("outside"), self.path("root/flop"))
        stop = threading.Event()
        thread = threading.Thread(target=self.flip, args=(stop,))
        thread.start()
        try:
            done = self.hammer(time.monotonic() + 3)
        finally:
            stop.set()
            thread.join()
        # Both sides of the race were met, many times.
        self.assertGreater(done["done"], 50, done)
        self.assertGreater(done["refused"], 50, done)
        self.assertEqual(self.tree(), self.before)

    def hammer(self, until):
        s = self.server
        done = {"done": 0, "refused": 0}

        def attempt(call, *arguments):
            try:
                result = call(*arguments)
                done["done"] += 1
                return result
            except Refused:
                done["refused"] += 1
                return None

        while time.monotonic() < until:
            handle = attempt(s.open, "flip/secret", F_READ | F_WRITE)
            if handle:
                self.assertEqual(s.read(handle), b"inside")
                s.write(handle, 0, b"inside")
                s.close(handle)
            attempt(s.ask, SETSTAT, string("flip/secret") + attrs(mode=0o600, times=(1, 1)))
            attempt(s.ask, SETSTAT, string("flip/../flip/secret") + attrs(size=6))
            attempt(s.ask, MKDIR, string("flip/new") + attrs())
            attempt(s.ask, RMDIR, string("flip/new"))
            attempt(s.extended, "hardlink@openssh.com", string("flip/secret") + string("flip/got"))
            attempt(s.ask, REMOVE, string("flip/got"))
            name = attempt(s.one_name, REALPATH, "flip/secret")
            self.assertIn(name, (None, "/flip/secret", "/flop/secret"))
        return done


if __name__ == "__main__":
    unittest.main()
