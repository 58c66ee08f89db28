"""What QEMU is given: Xen, dom0's kernel and initramfs, and a Linux guest to compare with. Made once, and kept by what they
are made of."""

import gzip
import hashlib
import lzma
import shutil
import tempfile
from pathlib import Path

from . import packages
from .initramfs import Archive, add_busybox, add_libraries, add_modules, add_program

HERE = Path(__file__).resolve().parent
DOM0_MODULES = ["xen-privcmd", "xenfs", "xen-evtchn", "xen-gntdev", "xen-gntalloc", "xen-netback", "bridge", "virtio_pci",
                "virtio_net", "virtio_console"]
GUEST_MODULES = ["xen-netfront"]
PROGRAMS = ["xl", "xenstored", "xenconsoled", "xen-init-dom0"]


def unpack_kernel(image):
    """The ELF file in a bzImage. Xen would unpack it as well, but in emulation that takes long."""
    start = image.find(b"\xfd7zXZ\0")
    if start < 0:
        raise packages.FetchError("dom0's kernel is not compressed by xz: a newer one than this knows?")
    return lzma.LZMADecompressor().decompress(image[start:])


def dom0_archive(root, release):
    archive = Archive()
    add_busybox(archive, root)
    for name in PROGRAMS:
        add_program(archive, root, root / f"usr/lib/xen-{packages.XEN}/bin" / name)
    # `xl console`, and `xl save` and `xl restore`, look for them there.
    for name in ("xenconsole", "libxl-save-helper"):
        add_program(archive, root, root / f"usr/lib/xen-{packages.XEN}/bin/{name}", f"usr/lib/xen-{packages.XEN}/bin/{name}")
    add_program(archive, root, root / "usr/bin/xenstore")
    for name in ("chmod", "exists", "list", "ls", "read", "rm", "watch", "write"):
        archive.link(f"bin/xenstore-{name}", "xenstore")
    add_libraries(archive, root, ["libgcc_s.so.1"])  # the C library loads it when a thread is cancelled, as xl does
    archive.link("lib64", "lib")
    add_modules(archive, root, release, DOM0_MODULES)
    archive.file("init", HERE / "rootfs/init")
    archive.file("bin/agent", HERE / "rootfs/agent")
    archive.file("etc/xen/scripts/vif", HERE / "rootfs/vif")
    archive.file("etc/xen/xl.conf", HERE / "rootfs/xl.conf")
    return archive


def guest_archive(root, release):
    archive = Archive()
    add_busybox(archive, root)
    add_modules(archive, root, release, GUEST_MODULES)
    archive.file("init", HERE / "linux-guest/init")
    return archive


def write_images(root, versions, into):
    (into / "xen").write_bytes(gzip.decompress((root / f"boot/xen-{packages.XEN}-amd64.gz").read_bytes()))
    release = packages.kernel_release(versions, "dom0")
    (into / "dom0-kernel").write_bytes(unpack_kernel((root / f"boot/vmlinuz-{release}").read_bytes()))
    with open(into / "dom0.cpio", "wb") as out:
        dom0_archive(root, release).write(out)
    release = packages.kernel_release(versions, "guest")
    shutil.copyfile(root / f"boot/vmlinuz-{release}", into / "guest-kernel")
    with open(into / "guest.cpio", "wb") as out:
        guest_archive(root, release).write(out)


def sources_key():
    total = hashlib.sha256()
    for path in sorted(p for p in HERE.rglob("*") if p.is_file() and p.suffix != ".pyc"):
        total.update(str(path.relative_to(HERE)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def prepare(cache, say=lambda line: None):
    """The directory with xen, dom0-kernel, dom0.cpio, guest-kernel and guest.cpio."""
    root, versions = packages.unpacked(cache, say)
    images = cache / "images" / f"{root.name}-{sources_key()}"
    if images.is_dir():
        return images
    say("making dom0's initramfs")
    images.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="making.", dir=images.parent))
    try:
        write_images(root, versions, scratch)
        try:
            scratch.rename(images)
        except OSError:  # somebody else was faster
            if not images.is_dir():
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return images
