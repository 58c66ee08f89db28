"""A file tree as an initramfs (cpio, newc): busybox, programs with the libraries that they need, kernel modules."""

import os
import re
import subprocess

# Where the libraries of Debian's packages lie.
LIBRARY_PATHS = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "usr/lib/xen-4.17/lib/x86_64-linux-gnu", "lib64"]


class Archive:
    """Files by their paths; directories come by themselves. The same contents give the same bytes."""

    def __init__(self):
        self.entries = {}

    def add(self, path, data, mode=0o100644):
        parts = path.split("/")
        for i in range(1, len(parts)):
            self.entries.setdefault("/".join(parts[:i]), (0o040755, b""))
        self.entries[path] = (mode, data)

    def directory(self, path):
        self.add(path, b"", 0o040755)

    def file(self, path, source, executable=None):
        executable = os.access(source, os.X_OK) if executable is None else executable
        self.add(path, source.read_bytes(), 0o100755 if executable else 0o100644)

    def link(self, path, target):
        self.add(path, target.encode(), 0o120777)

    def write(self, out):
        for number, (path, (mode, data)) in enumerate(sorted(self.entries.items()), 1):
            self._entry(out, path, mode, data, number)
        self._entry(out, "TRAILER!!!", 0, b"", 0)

    @staticmethod
    def _entry(out, path, mode, data, number):
        name = path.encode() + b"\0"
        #         ino, mode, uid, gid, nlink, mtime, size, device, special device, length of the name, checksum
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        out.write(b"070701" + b"".join(b"%08X" % f for f in fields) + name + bytes(-(110 + len(name)) % 4))
        out.write(data + bytes(-len(data) % 4))


def add_busybox(archive, root):
    busybox = root / "bin/busybox"
    archive.file("bin/busybox", busybox)
    for applet in subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True).stdout.split():
        if applet != "busybox":
            archive.link(f"bin/{applet}", "busybox")
    for place in ("proc", "sys", "dev", "tmp", "run", "root", "etc", "var/log", "var/lib"):
        archive.directory(place)
    for place, target in (("sbin", "bin"), ("usr/bin", "../bin"), ("usr/sbin", "../bin"), ("var/run", "../run")):
        archive.link(place, target)


def find_library(root, name):
    for place in LIBRARY_PATHS:
        if (root / place / name).exists():
            return root / place / name
    raise FileNotFoundError(f"{name} is in none of the packages")


def libraries_of(program):
    listed = subprocess.run(["objdump", "-p", program], check=True, capture_output=True, text=True).stdout
    return re.findall(r"NEEDED +(\S+)", listed)


def add_program(archive, root, source, path=None):
    """The program, and what it is linked with."""
    archive.file(path or f"bin/{source.name}", source, executable=True)
    add_libraries(archive, root, libraries_of(source))


def add_libraries(archive, root, names):
    todo = list(names)
    while todo:
        name = todo.pop()
        # /lib is in ld.so's default path: no cache is needed.
        if f"lib/{name}" not in archive.entries:
            library = find_library(root, name)
            archive.file(f"lib/{name}", library, executable=True)
            todo += libraries_of(library)


def add_modules(archive, root, release, names):
    """Kernel modules with those that they need, and the order to load them in: modules/order."""
    directory = root / "lib/modules" / release / "kernel"
    files = {path.name.removesuffix(".ko").replace("-", "_"): path for path in directory.rglob("*.ko")}
    builtin = (directory.parent / "modules.builtin").read_text(encoding="ascii")
    order = []

    def visit(name):
        name = name.replace("-", "_")
        if name in order:
            return
        if name not in files:
            if re.search(rf"/{name.replace('_', '[-_]')}\.ko$", builtin, re.M):
                return
            raise FileNotFoundError(f"the kernel {release} has no module {name}")
        needs = re.search(rb"\0depends=([^\0]*)\0", files[name].read_bytes())
        for other in needs[1].decode().split(",") if needs and needs[1] else ():
            visit(other)
        order.append(name)

    for name in names:
        visit(name)
    for name in order:
        archive.file(f"modules/{name}.ko", files[name], executable=False)
    archive.add("modules/order", "".join(f"{name}.ko\n" for name in order).encode())
