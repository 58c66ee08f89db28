"""Links of the repository's Markdown: what they point to, and where that is in the site.

The pages are written for the forge: their links are relative paths in the repository. In the site
pages lie elsewhere, and a link to a file that is no page leads to a page that shows the file. A link
to what does not exist is an error, whether or not the site has the page.
"""

import os
import posixpath
import re
from pathlib import Path

# [text](target) and ![text](target); the text may hold one level of brackets.
LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\]\()([^()\s]+)(\))")
FENCE = re.compile(r"^ *(```+|~~~+)")

# What becomes of files of the repository that are pages, but do not lie below docs/.
ELSEWHERE = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "project/architecture.md",
    "HACKING.md": "project/hacking.md",
    "CHANGELOG.md": "project/changelog.md",
    "SECURITY.md": "project/security.md",
    "runtime/README.md": "rooms/runtime.md",
    "xen/README.md": "rooms/xen.md",
    "xen/net/README.md": "rooms/xen-net.md",
    "ssh-server/policy/README.md": "rooms/ssh-policy.md",
}
IMAGES = (".svg", ".png")


class Problem(Exception):
    """A link, or another thing in a page, that a person has to put right."""


def page_of(path):
    """Where the site has the page that is `path` in the repository, or None."""
    if path in ELSEWHERE:
        return ELSEWHERE[path]
    if path.startswith("docs/") and path.endswith(".md") and not path.startswith("docs/site/"):
        return path.removeprefix("docs/")
    return None


def pages(root):
    """All pages: (path in the repository, path in the site), sorted."""
    found = [path for path in ELSEWHERE if path != "README.md"]
    found += [str(path.relative_to(root)) for path in (root / "docs").rglob("*.md")]
    return sorted((path, page_of(path)) for path in found if page_of(path))


def slug(heading):
    """The anchor of a heading, as the forge and Python-Markdown make it."""
    text = re.sub(r"`|\*\*|\[([^\]]*)\]\([^)]*\)", lambda m: m.group(1) or "", heading)
    text = re.sub(r"[^\w\s-]", "", text.strip().lower())
    return re.sub(r"[-\s]+", "-", text)


def outside_code(text):
    """The lines of a page, each with whether it is text (and not code)."""
    fence = None
    for line in text.split("\n"):
        match = FENCE.match(line)
        if fence is None and match:
            fence = match.group(1)
            yield line, False
        elif fence is not None:
            if match and line.strip() == fence[0] * len(line.strip()) and len(line.strip()) >= len(fence):
                fence = None
            yield line, False
        else:
            yield line, True


def anchors(text):
    """All anchors of a page: its headings', and those that are written out."""
    found = set()
    for line, is_text in outside_code(text):
        if is_text:
            heading = re.match(r"#{1,6} (.*)", line)
            if heading:
                found.add(slug(heading.group(1)))
            found.update(re.findall(r'<a id="([^"]+)"', line))
    return found


class Linker:
    """Rewrites the links of pages, and remembers which files the site has to show for them."""

    def __init__(self, root):
        self.root = Path(root)
        self.files = set()    # shown as pages below source/
        self.images = set()   # copied
        self.problems = []
        self._anchors = {}

    def rewrite(self, path, text):
        """The text of the page `path` with links for the site."""
        site_page = page_of(path)
        lines = []
        for number, (line, is_text) in enumerate(outside_code(text), 1):
            if is_text:
                line = LINK.sub(lambda m: m.group(1) + self._target(
                    path, site_page, m.group(2), number) + m.group(3), line)
            lines.append(line)
        return "\n".join(lines)

    def _target(self, path, site_page, target, number):
        if re.match(r"[a-z]+:", target):
            return target
        file, _, anchor = target.partition("#")
        goal = posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path
        if goal.startswith("..") or not (self.root / goal).exists():
            self.problems.append(f"{path}:{number}: there is no '{target}'")
            return target
        if anchor and goal.endswith(".md") and anchor not in self._anchors_of(goal):
            self.problems.append(f"{path}:{number}: '{goal}' has no heading '#{anchor}'")
        in_site = self._place(goal)
        relative = os.path.relpath(in_site, posixpath.dirname(site_page) or ".")
        return (relative if file else "") + ("#" + anchor if anchor else "")

    def _anchors_of(self, goal):
        if goal not in self._anchors:
            self._anchors[goal] = anchors((self.root / goal).read_text(encoding="utf-8"))
        return self._anchors[goal]

    def _place(self, goal):
        if page_of(goal):
            return page_of(goal)
        if (self.root / goal / "README.md").exists() and page_of(f"{goal}/README.md"):
            return page_of(f"{goal}/README.md")
        if goal.endswith(IMAGES):
            self.images.add(goal)
            return goal.removeprefix("docs/")
        self.files.add(goal)
        return source_page(goal)


def source_page(goal):
    """The page of the site that shows a file, or lists a directory."""
    return f"source/{goal.replace('.', '_')}.md"
