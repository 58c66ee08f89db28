"""Debian packages, fetched by apt (which checks signatures and sums) and unpacked. Nothing is installed."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

XEN = "4.17"
# xl and its daemons, with all their libraries: dom0 takes nothing from this machine.
PACKAGES = [f"xen-hypervisor-{XEN}-amd64", f"xen-utils-{XEN}", "xen-utils-common", "xenstore-utils", "libxencall1",
            "libxendevicemodel1", "libxenevtchn1", "libxenforeignmemory1", "libxengnttab1", "libxenhypfs1",
            f"libxenmisc{XEN}", "libxenstore4", "libxentoolcore1", "libxentoollog1", "libyajl2", "libuuid1", "libnl-3-200",
            "libnl-route-3-200", "libncurses6", "libtinfo6", "libfdt1", "libc6", "libgcc-s1", "zlib1g", "libbz2-1.0", "liblzma5",
            "liblzo2-2", "libzstd1", "busybox-static"]
# The cloud kernel cannot be a dom0, but is the smaller guest.
KERNELS = {"dom0": "linux-image-amd64", "guest": "linux-image-cloud-amd64"}
# Of a package, what nobody reads here.
UNWANTED = ["./usr/share/doc/*", "./usr/share/man/*", "./usr/share/locale/*", "./usr/share/lintian/*"]


class FetchError(Exception):
    """What went wrong, and what may help."""


def run(command, **options):
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout
    except FileNotFoundError:
        raise FetchError(f"there is no {command[0]}: this works on Debian 12") from None
    except subprocess.CalledProcessError as failed:
        raise FetchError(f"{' '.join(command[:3])} ...: {failed.stderr.strip() or failed.stdout.strip()}") from None


class Apt:
    """apt with this machine's sources and keys; with a directory, also with package lists of its own there, so that
    neither root nor `apt-get update` on this machine is needed."""

    def __init__(self, directory=None):
        self.directory = directory
        self.options = ["-o", "APT::Sandbox::User="] if os.geteuid() == 0 else []
        if directory:
            for name in ("lists/partial", "cache/archives/partial"):
                (directory / name).mkdir(parents=True, exist_ok=True)
            self.options += ["-o", f"Dir::State::lists={directory}/lists", "-o", f"Dir::Cache={directory}/cache"]

    def update(self):
        run(["apt-get", "update", "-q", *self.options])

    def versions(self):
        """Package -> version of all that is wanted, kernels by the names of today."""
        names = list(PACKAGES)
        for kernel in KERNELS.values():
            depends = run(["apt-cache", *self.options, "depends", kernel])
            found = re.search(r"Depends: (linux-image-[0-9]\S*)", depends)
            if not found:
                raise FetchError(f"apt knows no kernel behind {kernel}")
            names.append(found[1])
        shown = run(["apt-cache", *self.options, "show", "--no-all-versions", *names])
        known = dict(re.findall(r"(?ms)^Package: (\S+)$.*?^Version: (\S+)$", shown))
        missing = [name for name in names if name not in known]
        if missing:
            raise FetchError("apt does not know " + " ".join(missing))
        return {name: known[name] for name in names}

    def download(self, versions, into):
        run(["apt-get", "download", "-q", *self.options, *(f"{name}={version}" for name, version in versions.items())],
            cwd=into)


def kernel_release(versions, kind):
    """The release of the kernel for `dom0` or `guest`, such as 6.1.0-40-amd64."""
    cloud = kind == "guest"
    name = next(n for n in versions if n.startswith("linux-image-") and n.endswith("-cloud-amd64") == cloud)
    return name.removeprefix("linux-image-")


def key_of(versions):
    listed = "".join(f"{name} {version}\n" for name, version in sorted(versions.items()))
    return hashlib.sha256(listed.encode()).hexdigest()[:16]


def resolve(cache):
    """apt that knows all packages, and their versions there. Lists of our own are fetched only if the machine's do not do."""
    try:
        apt = Apt()
        return apt, apt.versions()
    except FetchError:
        apt = Apt(cache / "apt")
    try:
        return apt, apt.versions()
    except FetchError:
        apt.update()
        return apt, apt.versions()


def unpack(debs, root):
    for deb in sorted(debs.glob("*.deb")):
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE) as reader:
            done = subprocess.run(["tar", "-x", "--no-same-owner", "-C", str(root), *(f"--exclude={u}" for u in UNWANTED)],
                                  stdin=reader.stdout, check=False)
        if done.returncode or reader.returncode:
            raise FetchError(f"{deb.name} could not be unpacked")


def fetch_into(apt, versions, root):
    """Either the whole tree is there, or none: it gets its name last."""
    root.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="fetching.", dir=root.parent))
    try:
        (scratch / "debs").mkdir()
        (scratch / "root").mkdir()
        apt.download(versions, scratch / "debs")
        unpack(scratch / "debs", scratch / "root")
        try:
            (scratch / "root").rename(root)
        except OSError:  # somebody else was faster
            if not root.is_dir():
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def unpacked(cache, say):
    """The directory that all packages are unpacked in, and their versions."""
    try:
        apt, versions = resolve(cache)
        root = cache / "packages" / key_of(versions)
        if root.is_dir():
            return root, versions
        say(f"fetching {len(versions)} packages of Debian (about 110 MB)")
        try:
            fetch_into(apt, versions, root)
        except FetchError:
            # The machine's lists may name versions that the mirror has no more.
            apt = Apt(cache / "apt")
            apt.update()
            versions = apt.versions()
            root = cache / "packages" / key_of(versions)
            if not root.is_dir():
                fetch_into(apt, versions, root)
        return root, versions
    except FetchError as failed:
        raise FetchError(f"{failed}\nhint: the packages come from the mirror in /etc/apt/sources.list*, of Debian 12; is it "
                         "reachable? ('apt-get update' tells)") from None
