"""The picture of the project's parts, out of its CMake targets.

A configuration of its own tells what links what (cmake --graphviz) and where each target is declared
(CMake's file API). Targets of other projects, tests and the variants of one thing (for the unikernel,
without monitors) are left out or taken together; dot lays out what is left.
"""

import html
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

import links

EDGE = re.compile(r'^\s*"node\d+" -> "node\d+".*// (\S+) -> (\S+)$', re.M)
VARIANT = re.compile(r"([-_](unpoliced|guest|first|objects))+$")
# Not parts of a program: helpers of the build.
HELPERS = re.compile(r"(manual|_absent|_no_symbols|platform)")
KINDS = {"EXECUTABLE": "program", "STATIC_LIBRARY": "library", "INTERFACE_LIBRARY": "headers",
         "OBJECT_LIBRARY": "library"}


# One picture each: what it shows, the directories whose targets it is about, and how it is laid out.
PICTURES = [("The compiler", {"spl", "backend-promela", "backend-cpp", "distribute", "runtime"}, "TB"),
            ("The SSH server", {"ssh-server", "examples"}, "TB"), ("The unikernel and the bastion", {"xen"}, "LR")]


def section(tools):
    """The pictures, and the same as a list for those who cannot see them."""
    where, kinds, edges = read_targets(tools)
    unknown = {d.split("/")[0] for d in where.values()} - set().union(*(rooms for _, rooms, _ in PICTURES))
    if unknown:
        raise links.Problem(f"docs/site/architecture.py: in which picture are {sorted(unknown)}?")
    out = []
    for title, rooms, direction in PICTURES:
        inside = {t for t in where if where[t].split("/")[0] in rooms}
        shown = {edge for edge in edges if edge[0] in inside}
        svg = _draw({t: where[t] for t in inside | {goal for _, goal in shown}}, kinds, shown, title, direction)
        out += [f"## {title}", "", f'<div class="drawing" tabindex="0" role="region" aria-label="{title}">{svg}</div>', ""]
    out += ["## The same as a list", ""]
    for target in sorted(where):
        goals = sorted(goal for source, goal in edges if source == target)
        links_to = f" links {', '.join(f'`{g}`' for g in goals)}" if goals else " links nothing of ours"
        out.append(f"- `{target}` ({kinds[target]}, in `{where[target]}`){links_to}")
    return "\n".join(out) + "\n"


def read_targets(tools):
    """({target: directory}, {target: kind}, {(target, linked target)}) of the project's own targets."""
    with tempfile.TemporaryDirectory() as scratch:
        build = Path(scratch)
        query = build / ".cmake/api/v1/query"
        query.mkdir(parents=True)
        (query / "codemodel-v2").touch()
        command = ["cmake", "-G", "Ninja", "-S", str(tools.root), "-B", scratch, "-DSPL_BUILD_TESTS=OFF",
                   "-DSPL_BUILD_XEN=ON", f"--graphviz={scratch}/targets.dot"]
        if tools.lwip:
            command.append(f"-DSPL_LWIP_SOURCE={tools.lwip}")
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              env={**os.environ, "LC_ALL": "C"})
        if done.returncode != 0:
            raise links.Problem(f"cmake: {done.stderr}")
        where, kinds = {}, {}
        for reply in sorted((build / ".cmake/api/v1/reply").glob("target-*.json")):
            target = json.loads(reply.read_text(encoding="utf-8"))
            name = VARIANT.sub("", target["name"])
            directory = target["paths"]["source"]
            if target["type"] not in KINDS or HELPERS.search(name) or directory.startswith("/"):
                continue
            # The variant without a suffix says what the thing is.
            if name not in where or name == target["name"]:
                where[name], kinds[name] = directory, KINDS[target["type"]]
            if target["type"] == "EXECUTABLE":
                kinds[name] = "program"
        dot = (build / "targets.dot").read_text(encoding="utf-8")
    for name in re.findall(r'label = "(\w+)(?:\\n[^"]*)?", shape = pentagon', dot):
        directory = _declared(tools.root, name)
        if name not in where and directory and not directory.startswith("build/"):
            where[name], kinds[name] = directory, "headers"
    edges = set()
    for source, goal in EDGE.findall(dot):
        source, goal = VARIANT.sub("", source), VARIANT.sub("", goal)
        if source != goal and source in where and goal in where:
            edges.add((source, goal))
    return where, kinds, edges


def _declared(root, target):
    """The directory whose CMakeLists.txt makes an interface library, which the file API does not list."""
    for path in sorted(root.glob("*/**/CMakeLists.txt")):
        if re.search(rf"add_library\(\s*{re.escape(target)}\s+INTERFACE", path.read_text(encoding="utf-8")):
            return str(path.parent.relative_to(root))
    return None


def _draw(where, kinds, edges, title, direction):
    clusters = {}
    for target, directory in sorted(where.items()):
        clusters.setdefault(directory.split("/")[0], []).append(target)
    dot = [f'digraph g {{ rankdir={direction}; ranksep=0.4; nodesep=0.18; fontname="sans-serif"; newrank=true;',
           'node [fontname="sans-serif", fontsize=13, height=0.36, margin="0.13,0.05"];',
           'edge [arrowsize=0.6];']
    for number, (room, targets) in enumerate(sorted(clusters.items())):
        dot.append(f'subgraph cluster_{number} {{ label="{room}/"; labeljust=l; fontsize=13; margin=12;')
        for target in targets:
            shape = {"program": "box, style=rounded, penwidth=2", "library": "box",
                     "headers": "box, style=dashed"}[kinds[target]]
            dot.append(f'"{target}" [shape={shape}, class="{kinds[target]}"];')
        dot.append("}")
    dot += [f'"{source}" -> "{goal}";' for source, goal in sorted(edges)]
    dot.append("}")
    # What is linked by way of something else needs no arrow of its own.
    reduced = _run(["tred"], "\n".join(dot))
    svg = _run(["dot", "-Tsvg"], reduced)
    svg = re.sub(r"<!--.*?-->", "", svg[svg.index("<svg"):], flags=re.S)
    # Colours are the page's: see assets/statecall.css.
    svg = re.sub(r' (fill|stroke|font-family)="[^"]*"', "", svg)
    svg = re.sub(r'<polygon points="[^"]*"/>', "", svg, count=1)  # the background
    label = html.escape(f"{title}: the targets and what they link")
    svg = re.sub(r"<title>.*?</title>\n?", "", svg)
    return re.sub(r"\n+", "\n", svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1))


def _run(command, text):
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise links.Problem(f"{command[0]}: {done.stderr}")
    return done.stdout
