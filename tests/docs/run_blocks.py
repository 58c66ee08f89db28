#!/usr/bin/env python3
"""Runs every code block of the documentation: see languages.py for what that means.

    run_blocks.py --build DIR [--splc PROGRAM] [--cxx PROGRAM] [--cc PROGRAM] [PAGE...]

    --update    write into the pages what commands print now; then read the diff

Pages are those of the site, and README.md; each has a scratch directory of its own, in which the
repository's directories are found under their names. Exit status: 0; 1 a block is wrong.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import languages
import markdown_blocks

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs/site"))
import links  # noqa: E402  the site's list of pages


def install(build, prefix):
    """What an installed package would have, for pkg-config and find_package()."""
    for component in ("tool", "dev"):
        done = subprocess.run(["cmake", "--install", str(build), "--component", component, "--prefix", str(prefix)],
                              env={**os.environ, "CMAKE_INSTALL_MODE": "ABS_SYMLINK"}, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"run_blocks: {done.stderr}")


class Runner:
    def __init__(self, options, scratch):
        self.scratch = scratch
        self.update = options.update
        self.prefix = scratch / "prefix"
        install(options.build, self.prefix)
        binaries = scratch / "bin"
        binaries.mkdir()
        (binaries / "splc").symlink_to(options.splc or self.prefix / "bin/splc")
        ccache = [shutil.which("ccache")] if shutil.which("ccache") else []
        include = ["-I", str(self.prefix / "include")]
        self.compiler = {"cpp": [*ccache, options.cxx, "-std=c++20", *include],
                         "c": [*ccache, options.cc, "-std=c99", *include]}
        self.environment = {
            **os.environ, "PATH": f"{binaries}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "NO_COLOR": "1",
            "CXX": options.cxx, "CC": options.cc, "COLUMNS": "100",
            "PKG_CONFIG_PATH": f"{self.prefix}/share/pkgconfig:{self.prefix}/lib/pkgconfig",
            "CMAKE_PREFIX_PATH": str(self.prefix),
            "CCACHE_DIR": os.environ.get("CCACHE_DIR", str(Path.home() / ".cache/ccache")), "HOME": str(scratch / "home")}

    def page(self, page):
        """(problems, counts of what was tested, skips) of one page."""
        text = (ROOT / page).read_text(encoding="utf-8")
        try:
            options, blocks = markdown_blocks.read(page, text)
        except markdown_blocks.Malformed as error:
            return [str(error)], Counter(), []
        directory = self.scratch / page.replace("/", "_").replace(".", "_")
        problems, counts, skips = [], Counter(), []
        place = self.place(directory, options)
        try:
            if "setup" in options:
                languages.prepare(options["setup"], place)
        except languages.Wrong as error:
            problems.append(f"{page}: {error}")
        place.updates = {} if self.update else None
        for block in blocks:
            if block.skip:
                skips.append(f"{block.where}: {block.language or 'no language'}: {block.skip}")
                continue
            try:
                if "with" in block.options:
                    self.bring(directory, block.options["with"])
                languages.test(block, place)
                counts[block.language] += 1
            except (languages.Wrong, OSError) as error:
                problems.append(f"{block.where}: {error}")
        place.end()
        if place.updates:
            lines = text.split("\n")
            for block in reversed(blocks):
                if block.line in place.updates and not block.title:
                    size = block.text.count("\n")
                    lines[block.line:block.line + size] = place.updates[block.line].rstrip("\n").split("\n")
            (ROOT / page).write_text("\n".join(lines), encoding="utf-8")
        return problems, counts, skips

    def place(self, directory, options):
        directory.mkdir()
        for entry in ROOT.iterdir():
            if entry.name not in ("build", ".git"):
                (directory / entry.name).symlink_to(entry)
        self.bring(directory, options.get("with", ""))
        # A cache of its own, so that what is found in it does not depend on the other pages.
        environment = {**self.environment, "XDG_CACHE_HOME": str(self.scratch / "caches" / directory.name)}
        return languages.Place(directory.resolve(), environment, self.compiler)

    @staticmethod
    def bring(directory, files):
        for file in filter(None, files.split(",")):
            shutil.copy(ROOT / file, directory / Path(file).name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=lambda p: Path(p).resolve(), help="a build tree")
    parser.add_argument("--splc", type=lambda p: Path(p).resolve(), help="another splc than the build's")
    parser.add_argument("--cxx", default="g++")
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("--keep", type=Path, help="work in this directory, and leave it")
    parser.add_argument("--update", action="store_true", help="write into the pages what commands print")
    parser.add_argument("pages", nargs="*")
    options = parser.parse_args()
    pages = options.pages or ["README.md", *(path for path, _ in links.pages(ROOT))]
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(options.keep or temporary).resolve()
        scratch.mkdir(parents=True, exist_ok=True)
        (scratch / "home").mkdir()
        runner = Runner(options, scratch)
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            outcomes = list(pool.map(runner.page, pages))
    problems = [p for outcome in outcomes for p in outcome[0]]
    counts = sum((outcome[1] for outcome in outcomes), Counter())
    skips = [s for outcome in outcomes for s in outcome[2]]
    for problem in problems:
        print(problem + "\n")
    print("not run, for a reason:")
    print("\n".join(f"  {skip}" for skip in skips) or "  none")
    listed = ", ".join(f"{count} {language}" for language, count in sorted(counts.items()))
    print(f"{len(pages)} pages: {sum(counts.values())} blocks tested ({listed}), {len(skips)} not run, "
          f"{len(problems)} wrong")
    return 1 if problems or not counts else 0


if __name__ == "__main__":
    sys.exit(main())
