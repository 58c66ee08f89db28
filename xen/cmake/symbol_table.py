#!/usr/bin/env python3
"""Writes the functions of a linked program as an assembler file that boot/symbols.cpp searches.

symbol_table.py [--nm nm] [PROGRAM] OUTPUT     without a program: an empty table
symbol_table.py --same FIRST SECOND            whether the code of two links lies at the same places

The program is linked twice: without the table, to know the addresses, and with it. The table is
constant data, which lies behind all code, so that it moves none.
"""

import argparse
import re
import subprocess
import sys


def functions(nm, program):
    """Address -> name of the code in a program, one name each."""
    text = subprocess.run([nm, "--demangle", "--numeric-sort", program], check=True, capture_output=True, text=True).stdout
    found = {}
    for line in text.splitlines():
        match = re.match(r"([0-9a-f]+) ([tTwWi]) (.+)$", line)
        if match and int(match[1], 16):
            address, kind, name = int(match[1], 16), match[2], match[3]
            # A global name tells more than a local one or an alias.
            if address not in found or kind == "T":
                found[address] = name
    # Weak symbols may be data as well; the linker says where code ends.
    end = int(re.search(r"(?m)^([0-9a-f]+) \w etext$", text)[1], 16)
    return {address: name for address, name in found.items() if address < end}


def short(name):
    """Without parameters and template arguments: backtraces are read by people."""
    name = re.sub(r"\[abi:\w+\]|\(anonymous namespace\)::", "", name)
    if "operator" not in name:
        while "<" in name:
            inner = re.sub(r"<[^<>]*>", "\x01", name)
            if inner == name:
                break
            name = inner
        name = re.sub(r"\(.*", "", name).replace("\x01", "<>").split(" ")[-1]
    return name[:80]


def write(table, output):
    addresses = sorted(table)
    base = addresses[0] if addresses else 0
    places, strings, seen, at = [], [], {}, 0
    for address in addresses:
        name = short(table[address])
        if name not in seen:
            seen[name] = at
            strings.append(name)
            at += len(name.encode()) + 1
        places.append(seen[name])
    lines = ["\t.section .rodata.xenrt_symbols, \"a\"", "\t.balign 8"]

    def define(name, directive, values):
        lines.extend([f"\t.globl {name}", f"{name}:"])
        lines.extend(f"\t{directive} {value}" for value in values)

    define("xenrt_symbol_base", ".quad", [base])
    define("xenrt_symbol_count", ".long", [len(addresses)])
    define("xenrt_symbol_offsets", ".long", [a - base for a in addresses] or [0])
    define("xenrt_symbol_names", ".long", places or [0])
    quoted = [s.replace("\\", "\\\\").replace('"', '\\"') for s in strings] or [""]
    define("xenrt_symbol_text", ".asciz", [f'"{s}"' for s in quoted])
    lines.append('\t.section .note.GNU-stack, "", @progbits')
    with open(output, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--same", action="store_true")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    if arguments.same:
        first, second = (functions(arguments.nm, f) for f in arguments.files)
        if first != second:
            sys.exit("symbol_table.py: the symbol table has moved code; backtraces would lie")
        return
    *programs, output = arguments.files
    write(functions(arguments.nm, programs[0]) if programs else {}, output)


if __name__ == "__main__":
    main()
