"""Xen 4.17 and a dom0 out of Debian's packages, in QEMU's emulation: needs no root, no KVM, installs nothing.

packages.py   the packages, fetched by apt and unpacked
initramfs.py  a file tree as an initramfs: programs with their libraries, kernel modules
images.py     what QEMU is given, made once and kept
machine.py    the machine while it runs: commands in dom0, guests, ports
run.py        scripts/run-xen.sh
rootfs/       what runs in dom0

Each setting whose absence ends in a crash or a hang says so where it is made.
"""
