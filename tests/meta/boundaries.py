#!/usr/bin/env python3
"""The boundaries between rooms hold: who includes whom, and who is linked to whom.

Rooms and what they may use are read from the table in ARCHITECTURE.md. Checked are
  - #include: a room sees itself, the public headers (spl/*.hpp) of what it may use, and libraries
    that its row names;
  - target_link_libraries() of the rooms' targets;
  - that spl_core neither prints nor exits;
  - that what generated monitors include (spl/rt) asks for freestanding headers only, unless under
    #if SPL_RT_HOSTED.
"""

import argparse
import re
import sys
from pathlib import Path

# The rooms that make up spl_core: all of spl/ but captures, what is for editors, and the driver. Filled in from the table.
CORE = set()
# The system's own headers: reading files is part of parsing, running Spin of proving.
SYSTEM = {"spl/syntax", "backend-promela", "spl/capture", "spl/driver", "spl/debugger/web"}
# A room's private header that another one may see, and why.
SHARED = {("spl/passes", "automaton/configuration_hash.hpp"): "one hash for all tables of configurations",
          ("spl/chart", "sema/utf8.hpp"): "one reader of UTF-8"}
# What a row's words stand for, besides the rooms themselves.
USES = {"std": set(), "fmt": {"fmt"}, "spl_core": {"spl_core", "fmt"}, "CLI11": {"CLI"}, "libpcap": {"pcap"},
        "Boost.JSON": {"boost"},
        "spl_promela": {"backend-promela"},
        "all of these": {"spl_core", "backend-promela", "distribute", "backend-cpp", "spl/capture",
                         "spl/language_server", "spl/debugger/web", "spl/debugger/view", "fmt"},
        "freestanding headers": {"freestanding"},
        "tree-sitter": {"tree-sitter"},
        "expected": {"tl"}, "libcrypto": {"openssl"}, "zlib": {"zlib.h"}, "Asio": {"boost"},
        "generated monitors": {"generated monitors"},
        "ssh wire": {"ssh-server/wire"}, "ssh policy": {"ssh-server/policy"},
        "ssh layers": {"ssh-server/wire", "ssh-server/policy", "ssh-server/link"},
        "ssh debugger": {"ssh-server/debugger"}, "debug web": {"ssh-server/spl"},
        "lwIP": {"lwip"}, "xen net": {"xen/net"}, "xen app": {"xen/app"}, "xen bastion": {"xen/bastion"},
        "ssh core": {"ssh core"},
        "xen platform": {"xen/memory", "xen/boot", "xen/hypervisor", "xen/linux-abi"},
        "Xen's headers": {"xen"}, "Linux' headers": {"linux"},
        "ssh protocols": {"ssh-server/transport", "ssh-server/userauth", "ssh-server/connection"}}
TARGETS = {"spl": ("spl_core", {"fmt::fmt"}),
           "backend-promela": ("spl_promela", {"spl_core", "fmt::fmt", "Threads::Threads"}),
           "distribute": ("spl_distribute", {"spl_promela", "fmt::fmt", "Threads::Threads"}),
           "backend-cpp": ("spl_cpp", {"spl_core", "fmt::fmt"}),
           "spl/debugger": ("spl_debug_web", {"fmt::fmt"}),
           "spl/capture": ("spl_capture", {"spl_core", "${SPL_PCAP_LIBRARY}"}),
           "spl/language_server": ("spl_language_server", {"spl_core"}),
           "ssh-server": ("${core}", {"Statecall::rt"}),
           "xen/crypto": ("xenrt_crypto${guest}", {"${libcrypto${guest}}"}),
           "xen/net": ("${library}", {"xenrt_lwip${guest}", "Statecall::rt"}),
           "xen/netfront": ("${library}", set()),
           "xen/app": ("xenrt_app${suffix}", {"xenrt_net${suffix}"}),
           "xen/bastion": ("${library}", {"xenrt_net${guest}", "ssh_core${guest}", "ssh_crypto${guest}"}),
           "xen/hosted": ("xen-tcp-hosted${dashed}", {"xenrt_app${suffix}", "xenrt_hosted", "xenrt_crypto"}),
           "runtime": ("spl_rt", set())}
# [headers] of C++20 that are freestanding, and the four functions of string.h that compilers want.
FREESTANDING = set("algorithm array atomic bit cfloat climits compare concepts coroutine cstdalign cstdarg "
                   "cstddef cstdint cstring exception initializer_list iterator limits new numeric "
                   "ranges source_location span string_view tuple type_traits utility version".split())
DOORS = ("monitor.hpp", "explain.hpp")  # what generated headers include
# The SSH server's core knows no operating system; its host is made of it.
SSH_SYSTEM = {"ssh-server/host"}
SSH_LIBRARIES = {"tl", "openssl", "zlib.h", "boost", "fmt", "CLI"}
# The TCP stack's rooms name each other's headers by room; "xenrt/..." is everybody's.
XEN_SYSTEM = {"xen/hosted", "xen/guest"}
XEN_MONITORS = re.compile(r"(tcp|stray)(_source_map)?\.hpp$|spl/rt/")
LWIP = re.compile(r"(lwip|netif)/|lwip_hooks\.h$")
XEN_ROOMS = {"xen/bastion", "xen/crypto", "xen/net", "xen/app", "xen/hosted", "xen/guest", "xen/netfront", "xen/services"}
# Of generated monitors: their own two headers each, and the runtime.
MONITORS = re.compile(r"(ssh|channel|sftp_policy|privsep)(_source_map)?\.hpp$|spl/rt/")
# Of wire, the host sees the data types and no message.
HOST_SEES = {"wire/reader.hpp", "wire/writer.hpp", "wire/base64.hpp"}
# Headers of a room that others may see, though they lie beside its sources.
PUBLIC = {"spl/capture": ("capture/connection_table.hpp", "capture/pcap_file.hpp"),
          "spl/language_server": ("language_server/server.hpp", "language_server/framing.hpp", "language_server/disk.hpp")}
# The debugger's two libraries have one directory of doors.
DEBUGGER = {"server.hpp": "spl/debugger/web", "client.hpp": "spl/debugger/web", "view.hpp": "spl/debugger/view"}
GENERATED = {"spl/syntax": {"parser.hpp", "lexer_flex.hpp"}, "backend-promela": {"worker_script.hpp"}}
# What runs below the C library.
PLATFORM_ROOMS = {"xen/memory", "xen/boot", "xen/hypervisor", "xen/linux-abi"}
PLATFORM_HEADERS = {"elf.h", "stddef.h", "optional"}  # header only
LINUX_HEADERS = {"asm/unistd.h", "errno.h", "linux/futex.h", "linux/time.h", "linux/mman.h"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)


def code_of(path):
    """A file's text without comments and raw strings, which hold code that is printed."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'R"(\w*)\(.*?\)\1"', '""', text, flags=re.S)
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)


def read_table(architecture):
    """Room -> the set of what it may use."""
    rooms = {}
    for row in re.findall(r"(?m)^\| `([^`|]+)` \|[^|]*\|[^|]*\| ([^|\n]+) \|$", architecture):
        uses = set()
        for word in row[1].split(", "):
            if word not in USES:
                sys.exit(f"ARCHITECTURE.md: {row[0]} may use '{word}', which this test does not know")
            uses |= USES[word]
        rooms[row[0]] = uses
        if (row[0].startswith("spl/") and not row[0].startswith("spl/debugger/") and
                row[0] not in ("spl/capture", "spl/driver", "spl/editors", "spl/language_server")):
            CORE.add(row[0])
    return rooms


class Checker:
    def __init__(self, root):
        self.root = root
        self.rooms = read_table((root / "ARCHITECTURE.md").read_text(encoding="utf-8"))
        self.problems = []
        self.checked = 0
        # Whose public header "spl/..." is.
        self.owner = {}
        for room, include in [("spl", "spl/include"), ("backend-promela", "backend-promela/include"),
                              ("distribute", "distribute/include"),
                              ("backend-cpp", "backend-cpp/include"), ("runtime", "runtime/include")]:
            base = root / include
            for header in base.rglob("*.h*"):
                self.owner[str(header.relative_to(base))] = room
        for name, room in DEBUGGER.items():
            self.owner[f"spl/debug/{name}"] = room
        for room, headers in PUBLIC.items():
            self.owner.update(dict.fromkeys(headers, room))

    def sources(self, directory):
        return sorted(p for p in (self.root / directory).rglob("*") if p.suffix in
                      (".cpp", ".hpp", ".h", ".c", ".yy", ".ll"))

    def complain(self, path, what):
        self.problems.append(f"{path.relative_to(self.root)}: {what}")

    def allowed_in_ssh(self, room, path, quote, name):
        """The SSH server's rooms name each other's headers by room."""
        uses = self.rooms[room]
        if quote == "<":
            library = name.split("/")[0]
            if library in SSH_LIBRARIES:
                return None if library in uses else f"includes <{name}>, which {room} may not use"
            of_system = "." in name or "/" in name
            return f"includes <{name}> of the operating system" if of_system and room not in SSH_SYSTEM else None
        if MONITORS.match(name):
            fine = "generated monitors" in uses or uses & {"ssh-server/policy"}
            return None if fine else f"includes the monitor {name}"
        owner = f"ssh-server/{name.split('/')[0]}"
        if owner == "ssh-server/ssh" or owner == room or (path.parent / name).exists():
            return None
        if room == "ssh-server/host":
            known = name in HOST_SEES or owner in uses or (self.root / room / name).exists()
            return None if known else f"includes {name}, which is none of the host's business"
        return None if owner in uses else f"includes {name}, which {room} may not use"

    def allowed_in_xen(self, room, path, quote, name):
        """As allowed_in_ssh, for xen/net and what is on it."""
        uses = self.rooms[room]
        if quote == "<":
            of_system = "." in name or "/" in name
            harmless = (name in FREESTANDING or name == "stdint.h" or
                        name.split("/")[0] in uses & {"xen", "openssl"})
            return (f"includes <{name}> of the operating system"
                    if of_system and not harmless and room not in XEN_SYSTEM else None)
        if XEN_MONITORS.match(name):
            return None if "generated monitors" in uses else f"includes the monitor {name}"
        if LWIP.match(name):
            return None if "lwip" in uses else f"includes {name} of lwIP, which {room} may not use"
        if name.startswith("ssh/"):
            return None if "ssh core" in uses else f"includes {name}, which {room} may not use"
        owner = f"xen/{name.split('/')[0]}"
        if name.startswith("xenrt/") or owner == room or (path.parent / name).exists():
            return None
        return None if owner in uses else f"includes {name}, which {room} may not use"

    def allowed_in_platform(self, room, path, quote, name):
        """The unikernel's platform: the C library is above it, so none of its headers but string.h and elf.h."""
        uses = self.rooms[room]
        if quote == "<":
            library = name.split("/")[0]
            fine = (name in FREESTANDING | PLATFORM_HEADERS or
                    (library == "xen" and "xen" in uses) or
                    (name in LINUX_HEADERS and "linux" in uses))
            return None if fine else f"includes <{name}>, which {room} may not use"
        owner = f"xen/{name.split('/')[0]}"
        return None if owner in uses | {room, "xen/xenrt"} else f"includes {name}, which {room} may not use"

    def allowed(self, room, path, quote, name):
        """None, or what is wrong with including `name`."""
        if room in PLATFORM_ROOMS:
            return self.allowed_in_platform(room, path, quote, name)
        if room in XEN_ROOMS:
            return self.allowed_in_xen(room, path, quote, name)
        if room.startswith("ssh-server/"):
            return self.allowed_in_ssh(room, path, quote, name)
        if room == "spl/editors":  # what tree-sitter itself gives a scanner, and C
            fine = name in ("tree_sitter/parser.h", "string.h")
            return None if fine else f"includes {name}: editors build this with nothing else at hand"
        uses = self.rooms[room]
        owner = self.owner.get(name)
        if owner is not None:
            if owner == room or (owner == "spl" and (room in CORE or "spl_core" in uses)):
                return None
            if owner in uses:
                return None
            return f"includes {name} of {owner}, which {room} may not use"
        if quote == '"':
            # "sema/rules.hpp" in spl/sema, "names.hpp" in backend-cpp.
            own = name.startswith(room.split("/")[-1] + "/") or (path.parent / name).exists()
            if own or name in GENERATED.get(room, ()) or (room, name) in SHARED:
                return None
            return f"includes the private header {name} of another room"
        library = name.split("/")[0]
        if library in ("fmt", "CLI", "pcap", "boost"):
            return None if library in uses else f"includes <{name}>, which {room} may not use"
        if "." in name or "/" in name:
            return None if room in SYSTEM else f"includes <{name}> of the operating system"
        return None  # the C++ standard library

    def includes(self):
        for room in self.rooms:
            if room in ("runtime", "tests") or not (self.root / room).is_dir():
                continue
            for path in self.sources(room):
                self.checked += 1
                for quote, name in INCLUDE.findall(code_of(path)):
                    wrong = self.allowed(room, path, quote, name)
                    if wrong:
                        self.complain(path, wrong)
        for path in self.sources("spl/include"):
            self.checked += 1
            for _, name in INCLUDE.findall(code_of(path)):
                if self.owner.get(name, "spl") != "spl":
                    self.complain(path, f"includes {name} of {self.owner[name]}")

    def rooms_are_in_the_table(self):
        for path in (sorted((self.root / "spl").iterdir()) + sorted((self.root / "spl/debugger").iterdir()) +
                     sorted(self.root.glob("backend-*")) +
                     sorted((self.root / "ssh-server").iterdir())):
            room = str(path.relative_to(self.root))
            if (path.is_dir() and path.name != "include" and room != "spl/debugger" and
                    room not in self.rooms):
                self.problems.append(f"{room}: not in the table of rooms in ARCHITECTURE.md")

    def links(self):
        for directory, (target, allowed) in TARGETS.items():
            text = re.sub(r"#[^\n]*", "", (self.root / directory / "CMakeLists.txt").read_text())
            for arguments in re.findall(rf"target_link_libraries\(\s*{re.escape(target)}\s([^)]*)\)", text):
                extra = set(arguments.split()) - {"PUBLIC", "PRIVATE", "INTERFACE"} - allowed
                if extra:
                    self.problems.append(f"{directory}/CMakeLists.txt: {target} links {sorted(extra)}")

    def core_is_silent(self):
        for room in sorted(CORE):
            for path in self.sources(room):
                found = re.search(r"\bstd::(cout|cerr|exit)\b|\bfmt::print\b|"
                                  r"(?<![\w.>])(printf|fprintf|puts|exit)\s*\(", code_of(path))
                if found and path.suffix in (".cpp", ".hpp"):
                    self.complain(path, f"prints or exits: {found.group(0).strip()}")

    def runtime(self):
        base = self.root / "runtime/include"
        todo = [f"spl/rt/{door}" for door in DOORS]
        seen = set()
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            self.checked += 1
            path = base / name
            text = re.sub(r"#\s*if SPL_RT_HOSTED\b.*?#\s*endif", "", code_of(path), flags=re.S)
            for quote, included in INCLUDE.findall(text):
                if quote == '"' and included.startswith("spl/rt/"):
                    todo.append(included)
                elif included not in FREESTANDING:
                    self.complain(path, f"includes {included}, which is not freestanding")
        for path in self.sources("runtime/include"):
            for quote, included in INCLUDE.findall(code_of(path)):
                if quote == '"' and not included.startswith("spl/rt/"):
                    self.complain(path, f"includes {included} of another room")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True, type=Path)
    checker = Checker(parser.parse_args().root)
    checker.rooms_are_in_the_table()
    checker.includes()
    checker.links()
    checker.core_is_silent()
    checker.runtime()
    for problem in checker.problems:
        print(problem)
    print(f"{checker.checked} files of {len(checker.rooms)} rooms, {len(checker.problems)} problems")
    return 1 if checker.problems or checker.checked < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
