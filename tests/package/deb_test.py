#!/usr/bin/env python3
"""What is in the Debian packages: control fields, files, pages for every command, nothing of this
machine; and that making them again gives the same bytes.

    deb_test.py BUILD_DIRECTORY SOURCE_DIRECTORY
"""

import filecmp
import glob
import gzip
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest

BUILD, SOURCE = (os.path.abspath(a) for a in (sys.argv.pop(1), sys.argv.pop(1)))


def output(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, **more).stdout


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.debs = {os.path.basename(p).split("_")[0]: p for p in glob.glob(f"{BUILD}/packages/*.deb")}
        cls.files = {}
        for name, path in cls.debs.items():
            with tarfile.open(fileobj=io.BytesIO(output("dpkg-deb", "--fsys-tarfile", path))) as tar:
                cls.files[name] = {m.name: (m, m.isfile() and tar.extractfile(m).read()) for m in tar}

    def field(self, package, name):
        return output("dpkg-deb", "-f", self.debs[package], name, text=True).strip()

    def test_which_packages(self):
        self.assertEqual(set(self.debs), {"statecall", "libstatecall-dev", "statecall-sshd"})

    def test_version_is_stated_once(self):
        header = self.files["libstatecall-dev"]["./usr/include/spl/rt/version.hpp"][1].decode()
        version = ".".join(re.findall(r"VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", header))
        self.assertEqual(output(f"{BUILD}/spl/driver/splc", "--version", text=True), f"splc {version}\n")
        for package in self.debs:
            self.assertEqual(self.field(package, "Version"), f"{version}-1")
        pc = self.files["libstatecall-dev"]["./usr/share/pkgconfig/statecall-rt.pc"][1].decode()
        self.assertIn(f"\nVersion: {version}\n", pc)
        with open(f"{SOURCE}/CHANGELOG.md", encoding="utf-8") as changelog:
            self.assertIn(version, changelog.read())

    def test_fields(self):
        self.assertEqual(self.field("libstatecall-dev", "Architecture"), "all")
        self.assertNotEqual(self.field("statecall", "Architecture"), "all")
        self.assertRegex(self.field("statecall", "Depends"), r"libc6 \(>= [\d.]+\).*libfmt\d+")
        self.assertEqual(set(self.field("statecall", "Recommends").split(", ")),
                         {"spin", "tcc", "gcc", "graphviz"})
        self.assertIn("statecall (>= ", self.field("libstatecall-dev", "Depends"))

    def test_no_file_is_in_two_packages(self):
        names = [n for f in self.files.values() for n, (m, _) in f.items() if not m.isdir()]
        self.assertEqual(sorted(names), sorted(set(names)))

    def test_every_command_has_a_page(self):
        text = output(f"{BUILD}/spl/driver/splc", "--help", text=True)
        commands = re.findall(r"(?m)^  (\w+) ", text.split("Commands:")[1].split("\n\n")[0])
        pages = {n for n in self.files["statecall"] if "/man1/" in n and n.endswith(".gz")}
        self.assertEqual(pages, {f"./usr/share/man/man1/{p}.1.gz" for p in
                                 ["splc"] + [f"splc-{c}" for c in commands]})

    def test_the_language_has_a_page(self):
        page = gzip.decompress(self.files["statecall"]["./usr/share/man/man5/spl.5.gz"][1])
        shown = subprocess.run(["man", "-l", "-"], input=page, capture_output=True, check=True,
                               env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": ""})
        self.assertEqual(shown.stderr, b"")
        text = re.sub(r"\s+", " ", shown.stdout.decode())
        self.assertIn("spl - Statecall Policy Language: in which order", text)
        # A table and its escaped bars, an example as it stands, no link, no comment.
        self.assertIn("not f, f and g, f or g, f implies g, f iff g also ! && || -> <->", text)
        self.assertIn("multiple (1..2) { Ping; }", text)
        self.assertNotRegex(text, r"<!--|\]\(|title=|\.md\b")

    def test_files_for_editors(self):
        names = self.files["statecall"]
        for place in ("vim/vimfiles", "nvim/site"):
            for kind in ("ftdetect", "ftplugin", "syntax", "indent", "autoload"):
                self.assertIn(f"./usr/share/{place}/{kind}/spl.vim", names)
            self.assertIn(f"./usr/share/{place}/compiler/splc.vim", names)
        self.assertIn("./usr/share/emacs/site-lisp/spl-mode.el", names)
        grammar = "./usr/share/statecall/editors/tree-sitter-spl/"
        for name in ("grammar.js", "package.json", "src/scanner.c", "queries/highlights.scm"):
            self.assertIn(grammar + name, names)

    def test_server(self):
        names = self.files["statecall-sshd"]
        for name in ("usr/sbin/statecall-sshd", "usr/libexec/statecall/statecall-sftp-server",
                     "usr/share/man/man8/statecall-sshd.8.gz",
                     "usr/share/man/man5/statecall-sshd_config.5.gz",
                     "usr/lib/systemd/system/statecall-sshd.service"):  # fmt: skip
            self.assertIn("./" + name, names)
        self.assertEqual(output("dpkg-deb", "-I", self.debs["statecall-sshd"], "conffiles", text=True),
                         "/etc/statecall-sshd/sshd_config\n")
        self.assertIn("./etc/statecall-sshd/sshd_config", names)
        self.assertRegex(self.field("statecall-sshd", "Depends"), r"libpam0g.*libseccomp2.*libssl3")

    def test_owned_by_root_and_readable(self):
        for files in self.files.values():
            for name, (member, _) in files.items():
                self.assertEqual((member.uid, member.gid), (0, 0), name)
                self.assertIn(member.mode & 0o777, (0o755, 0o644), name)

    def test_links_in_documents_lead_somewhere(self):
        """Those to what the package has; the rest of the sources is not in it."""
        root = "./usr/share/doc/statecall"
        names = self.files["statecall"]
        for name, (_, text) in names.items():
            if not name.endswith(".md"):
                continue
            for target in re.findall(r"\]\(([^)#:]+)\)", text.decode()):
                path = os.path.normpath(os.path.join(os.path.dirname(name), target))
                if re.match(r"(docs|examples/ping|runtime)\b", os.path.relpath(path, root)):
                    self.assertIn("./" + path, names, name)

    def test_nothing_of_this_machine(self):
        for files in self.files.values():
            for name, (_, content) in files.items():
                for secret in (SOURCE, BUILD):
                    self.assertNotIn(secret.encode(), content or b"", name)

    def test_same_bytes_again(self):
        """Packed again, later, elsewhere; with the umask that scripts/package.sh sets."""
        with tempfile.TemporaryDirectory() as elsewhere:
            environment = {**os.environ, "TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8",
                           "SOURCE_DATE_EPOCH": output("cat", f"{BUILD}/source_date_epoch", text=True).strip()}
            output("sh", "-c", 'umask 022; exec cpack -G DEB -B "$1"', "sh", elsewhere, cwd=BUILD,
                   env=environment)
            for path in self.debs.values():
                again = os.path.join(elsewhere, os.path.basename(path))
                self.assertTrue(filecmp.cmp(path, again, shallow=False), path)


if __name__ == "__main__":
    unittest.main()
