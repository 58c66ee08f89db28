#!/usr/bin/python3
"""How much there is to attack in the SSH bastion, and in a Linux guest that does nothing but OpenSSH.

Usage: attack_surface.py BUILD_DIRECTORY [--json FILE]

BUILD_DIRECTORY has the target statecall-bastion-guest, built with Ninja. Of the bastion: lines (neither blank nor only a
comment) of the sources and headers that were compiled into it, as Ninja knows them, and bytes of code by the linker's map,
so what the linker has left out does not count; hypercalls and system calls by the platform's sources. Of Linux, bytes of
code: of the kernel's ELF file, but for what it drops after its start, and of sshd and its libraries; the kernel's modules and
busybox are left out. Sizes say how much could be wrong, not how much is.
"""

import argparse
import json
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

import linux_sshd  # noqa: E402
from guests import ROOT, images  # noqa: E402

TARGET = "statecall-bastion-guest"
LIBC = ("libc.a", "libm.a", "crt1.o", "crti.o", "crtn.o")


def ninja(build, *words):
    return subprocess.run(["ninja", "-C", build, "-t", *words], check=True, capture_output=True, text=True).stdout


def origin(path, build):
    """Whose a source, an object or a library is; None for what belongs to the toolchain's headers."""
    text = str(path)
    if "lwip" in text:
        return "lwIP"
    if path.is_relative_to(build):
        return "generated monitors"
    if path.is_relative_to(ROOT):
        return "this project"
    return None


def sources(build):
    """Files of this project, of lwIP and of the monitors that the objects of the image were compiled from."""
    found = set()
    for line in ninja(build, "inputs", TARGET).splitlines():
        line = line.strip().strip("'")
        if line.endswith(".o"):
            for dependency in ninja(build, "deps", line).splitlines()[1:]:
                found.add((build / dependency.strip()).resolve())
        elif re.search(r"\.(S|c|cpp)$", line):
            found.add((build / line).resolve())
    return {path for path in found if path.is_file() and re.search(r"\.(S|c|cpp|h|hpp)$", path.name)}


def lines_of(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8", errors="replace"), flags=re.S)
    return sum(1 for line in text.splitlines() if line.strip() and not line.strip().startswith("//"))


def lines_by_origin(build):
    total = {}
    for path in sources(build):
        # The table of the image's symbols is data.
        if path.name.endswith("_symbols.S"):
            continue
        whose = origin(path, build)
        if whose:
            total[whose] = total.get(whose, 0) + lines_of(path)
    return total


def owner(name):
    """Whose a piece of code in the linker's map is."""
    if "lwip" in name:
        return "lwIP"
    if "libcrypto.a" in name:
        return "libcrypto"
    if re.search(r"libstdc\+\+\.a|libgcc(_eh)?\.a|crt(begin|end)\w*\.o", name):
        return "C++ runtime"
    if "libz.a" in name:
        return "zlib"
    if any(name.endswith(c) or f"{c}(" in name for c in LIBC):
        return "C library"
    return "this project" if not name.startswith("/usr/") else "others"


def code_by_owner(map_text):
    total = {}
    kept = map_text[map_text.index("\nLinker script and memory map"):]  # what is left out is listed before
    # A section's name stands on a line of its own if it is long.
    for size, name in re.findall(r"(?m)^ \.(?:text|init|fini)\S*\s+0x[0-9a-f]{16}\s+0x([0-9a-f]+) (\S.*)$", kept):
        if int(size, 16):
            total[owner(name)] = total.get(owner(name), 0) + int(size, 16)
    return total


def text_bytes(program):
    """Bytes of the sections that hold code, but for what a kernel drops once it is up."""
    listed = subprocess.run(["objdump", "-h", "-w", program], check=True, capture_output=True, text=True).stdout
    return sum(int(line.split()[2], 16) for line in listed.splitlines()
               if re.search(r"\bCODE\b", line) and not re.match(r" *\d+ \.(init\.text|exit\.text|altinstr)", line))


def hypercalls():
    text = (ROOT / "xen/hypervisor/hypercall.hpp").read_text(encoding="utf-8")
    return re.findall(r"(\w+) = \d+", re.search(r"enum class Hypercall[^{]*{(.*?)}", text, re.S)[1])


def system_calls():
    found = set()
    for path in (ROOT / "xen/linux-abi").glob("*.cpp"):
        found.update(re.findall(r"case __NR_(\w+)", path.read_text(encoding="utf-8")))
    return sorted(found)


def bastion(build):
    elf = build / "xen/guest/statecall-bastion.elf"
    return {"lines": lines_by_origin(build), "code bytes, by origin": code_by_owner(Path(f"{elf}.map").read_text()),
            "code bytes": text_bytes(elf), "image bytes": Path(f"{elf}.stripped").stat().st_size,
            "hypercalls": hypercalls(), "system calls served": system_calls()}


def unpacked_kernel(image, into):
    """The ELF file in a bzImage: the payload, which a header describes (Linux: Documentation/arch/x86/boot.rst)."""
    data = image.read_bytes()
    setup = (data[0x1f1] or 4) + 1
    offset, length = struct.unpack_from("<II", data, 0x248)
    payload = data[setup * 512 + offset:][:length]
    tools = {b"\xfd7zXZ": ["xz", "-dcq"], b"\x02\x21\x4c\x18": ["lz4", "-dcq"], b"\x28\xb5\x2f\xfd": ["zstd", "-dcq"],
             b"\x1f\x8b": ["gzip", "-dcq"]}
    tool = next(tool for magic, tool in tools.items() if payload.startswith(magic))
    # The last four bytes are its size, which tools take for garbage.
    done = subprocess.run(tool, input=payload, capture_output=True, check=False)
    if not done.stdout.startswith(b"\x7fELF"):
        sys.exit(f"{image} cannot be unpacked: {done.stderr.decode()}")
    into.write_bytes(done.stdout)
    return into


def linux(build):
    kernel = images.prepare(build / "xen-dom0", print) / "guest-kernel"
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        kernel_code = text_bytes(unpacked_kernel(kernel, directory / "vmlinux"))
        programs = []
        for path, (mode, data) in linux_sshd.sshd_archive().entries.items():
            if mode & 0o170000 == 0o100000:
                programs.append(directory / path.replace("/", "_"))
                programs[-1].write_bytes(data)
        code = sum(map(text_bytes, programs))
        size = sum(program.stat().st_size for program in programs)
    header = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h").read_text(encoding="ascii")
    return {"kernel code bytes": kernel_code, "kernel image bytes": kernel.stat().st_size, "sshd and libraries, code bytes": code,
            "sshd and libraries, bytes": size, "libraries": len(programs) - 1,
            "system calls of the kernel": len(re.findall(r"#define __NR_\w+ \d+", header))}


def show(of, indent=""):
    for name, value in of.items():
        if isinstance(value, dict):
            print(f"{indent}{name}: {sum(value.values()):,}")
            show(value, indent + "  ")
        elif isinstance(value, list):
            print(f"{indent}{name}: {len(value)} ({', '.join(value)})")
        else:
            print(f"{indent}{name}: {value:,}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    build = args.build.resolve()
    report = {"bastion": bastion(build), "linux": linux(build)}
    for name, of in report.items():
        print(f"== {name}")
        show(of)
    if args.json:
        args.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
