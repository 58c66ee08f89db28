"""Looks at a built site as a browser would: nothing is fetched from elsewhere, every link arrives."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself when it shows a page. Links that a reader follows may lead anywhere.
FETCHED = {"script": ["src"], "img": ["src", "srcset"], "iframe": ["src"], "source": ["src", "srcset"],
           "audio": ["src"], "video": ["src", "poster"], "embed": ["src"], "object": ["data"],
           "image": ["href", "xlink:href"], "use": ["href", "xlink:href"], "input": ["src"]}
FETCHED_LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload",
                 "manifest", "apple-touch-icon"}
FOREIGN = re.compile(r"^\s*(?:[a-z]+:)?//", re.I)


class Page(HTMLParser):
    """What one page fetches, links to, and has anchors for."""

    def __init__(self, text):
        super().__init__()
        self.fetched, self.links, self.anchors, self.styles, self.has_mermaid = [], [], set(), [], False
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if values.get("id"):
            self.anchors.add(values["id"])
        if tag == "a" and values.get("name"):
            self.anchors.add(values["name"])
        for attribute in FETCHED.get(tag, []):
            if values.get(attribute):
                self.fetched += [part.split()[0] for part in values[attribute].split(",") if part.split()]
        if tag == "link" and set((values.get("rel") or "").split()) & FETCHED_LINKS:
            self.fetched.append(values.get("href") or "")
        if tag == "a" and values.get("href") is not None:
            self.links.append(values["href"])
        if values.get("style"):
            self.styles.append(values["style"])
        if "mermaid" in (values.get("class") or "").split():
            self.has_mermaid = True
        self._style = tag == "style"

    def handle_endtag(self, tag):
        self._style = False

    def handle_data(self, data):
        if self._style:
            self.styles.append(data)


def problems(site):
    """Everything that is wrong with the site in this directory, in words."""
    found = []
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    if not pages:
        return ["there are no pages"]
    for path, page in pages.items():
        name = path.relative_to(site)
        styles = [url for style in page.styles for url in _urls(style)]
        for url in page.fetched + styles:
            if FOREIGN.match(url):
                found.append(f"{name} fetches {url}")
            elif not url.startswith(("data:", "#")) and not _goal(site, path, url).exists():
                found.append(f"{name} fetches {url}, which is not there")
        if page.has_mermaid:
            # The theme would fetch a library for it.
            found.append(f"{name} has a diagram that is drawn by a script from elsewhere")
        for link in page.links:
            found += _arrives(site, pages, path, link)
    for path in sorted(site.rglob("*.css")):
        for url in _urls(path.read_text(encoding="utf-8", errors="replace")):
            if FOREIGN.match(url):
                found.append(f"{path.relative_to(site)} fetches {url}")
    return found


def _urls(style):
    return re.findall(r"url\(\s*['\"]?([^'\")]+)", style) + re.findall(r"@import\s+['\"]([^'\"]+)", style)


def _goal(site, path, url):
    file = unquote(urlsplit(url).path)
    goal = site / file.lstrip("/") if file.startswith("/") else path.parent / file
    return goal / "index.html" if goal.is_dir() else goal


def _arrives(site, pages, path, link):
    name = path.relative_to(site)
    if re.match(r"[a-z]+:", link) or link.startswith("//"):
        return []
    parts = urlsplit(link)
    goal = (_goal(site, path, link) if parts.path else path).resolve()
    if not goal.exists():
        return [f"{name} links to {link}, which is not there"]
    page = pages.get(goal)
    # 404.html is shown in the place of any page; its links are absolute.
    if parts.fragment and page and unquote(parts.fragment) not in page.anchors and path.name != "404.html":
        return [f"{name} links to {link}, but there is no such anchor"]
    return []
