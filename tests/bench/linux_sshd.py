"""A Linux guest that does nothing but OpenSSH: this machine's sshd (Debian's package openssh-server) with its libraries,
started by a script that is the guest's only other program. No systemd, no PAM, no disk: less than anybody would run."""

from pathlib import Path

from guests import images

from dom0.initramfs import Archive, add_libraries, add_program

SSHD = Path("/usr/sbin/sshd")
INIT = """#!/bin/busybox sh
export PATH=/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts pts /dev/pts
value() { tr ' ' '\\n' </proc/cmdline | sed -n "s/^$1=//p"; }
while read -r module; do insmod "/modules/$module"; done </modules/order
ip link set lo up
until [ -e /sys/class/net/eth0 ]; do usleep 10000; done
ip address add "$(value ip)" dev eth0
ip link set eth0 up
ip route add default via "$(value gw)"
/bin/sshd -D -e -f /etc/ssh/sshd_config &
echo "linux: ready"
while :; do wait; sleep 3600; done
"""
CONFIG = """HostKey /etc/ssh/host
AuthorizedKeysFile /etc/ssh/keys.%u
StrictModes no
UsePAM no
PasswordAuthentication no
PidFile none
PrintLastLog no
PrintMotd no
UseDNS no
MaxStartups 200
"""
PEOPLE = ("root:*:0:0:root:/root:/bin/sh\nsshd:*:100:65534:sshd:/run/sshd:/bin/false\n"
          "admin:*:1000:1000:admin:/tmp:/bin/sh\njumper:*:1001:1000:jumper:/tmp:/bin/sh\n")


def sshd_archive():
    """sshd and its libraries alone: what is counted as the attack surface of the guest's user space."""
    archive = Archive()
    add_program(archive, Path("/"), SSHD)
    add_libraries(archive, Path("/"), ["libgcc_s.so.1"])  # the C library loads it when a thread is cancelled
    return archive


def make(cache, keys, into):
    """Writes the initramfs, with the private key keys["host"] and the public ones of admin and jumper (texts); returns
    the kernel's file."""
    made = images.prepare(cache, print)
    archive = sshd_archive()
    archive.link("lib64", "lib")
    archive.add("init", INIT.encode(), 0o100755)
    archive.add("etc/passwd", PEOPLE.encode())
    archive.add("etc/group", b"root:x:0:\nnogroup:x:65534:\npeople:x:1000:\n")
    archive.add("etc/ssh/sshd_config", CONFIG.encode())
    archive.add("etc/ssh/host", keys["host"].encode(), 0o100600)
    for name in ("admin", "jumper"):
        archive.add(f"etc/ssh/keys.{name}", keys[name].encode())
    archive.directory("run/sshd")
    with open(into, "wb") as out:
        # Archives one after the other are one initramfs; of a path, the last counts.
        out.write((made / "guest.cpio").read_bytes())
        archive.write(out)
    return made / "guest-kernel"
