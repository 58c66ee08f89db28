"""Puts the site's pages together, where mkdocs reads them.

Pages of the repository are copied with their links rewritten (links.py). A page may ask for something
that is made from the program itself:

    <!-- site: NAME ARGUMENT... -->
    what the forge shows instead
    <!-- /site -->
"""

import re
import shutil

import architecture
import grammar
import headers
import links
import references

GENERATED = re.compile(r"<!-- site: ([a-z-]+)(.*?) -->\n(.*?)<!-- /site -->\n", re.S)
LANGUAGES = {".spl": "spl", ".cpp": "cpp", ".hpp": "cpp", ".c": "c", ".py": "python", ".sh": "bash",
             ".txt": "cmake", ".json": "json", ".dot": "dot", ".jsonl": "json", ".yy": "text"}
# Of a longer file the beginning is shown.
SHOWN_LINES = 600


class Stage:
    """Writes one site's sources into `directory`. `tools` has what the generated parts need."""

    def __init__(self, root, directory, tools):
        self.root = root
        self.directory = directory
        self.tools = tools
        self.linker = links.Linker(root)
        self.makers = {
            "grammar": lambda: grammar.section(tools),
            "diagnostics": lambda: references.diagnostics(tools),
            "commands": lambda: references.commands(tools),
            "runtime-api": lambda: headers.section(tools),
            "rooms": lambda: architecture.section(tools),
            "policy-graph": self._policy_graph,
        }

    def build(self):
        """Everything; raises links.Problem with all that is wrong in the pages."""
        if self.directory.exists():
            shutil.rmtree(self.directory)
        for path, in_site in links.pages(self.root):
            text = (self.root / path).read_text(encoding="utf-8")
            self._write(in_site, self._generate(path, self.linker.rewrite(path, text)))
        for image in sorted(self.linker.images):
            goal = self.directory / image.removeprefix("docs/")
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.root / image, goal)
        for file in sorted(self.linker.files):
            self._write(links.source_page(file), self._source(file))
        shutil.copytree(self.root / "docs/site/assets", self.directory / "assets")
        if self.linker.problems:
            raise links.Problem("\n".join(self.linker.problems))

    def _generate(self, path, text):
        def make(match):
            name, arguments = match.group(1), match.group(2).split()
            if name not in self.makers:
                raise links.Problem(f"{path}: nothing makes '{name}'")
            return self.makers[name](*arguments) + "\n"

        return GENERATED.sub(make, text)

    def _policy_graph(self, policy, page):
        """What splc graph draws of a policy that the page `page` shows under this name."""
        text = (self.root / "docs" / page).read_text(encoding="utf-8")
        shown = re.search(rf'```spl title="{re.escape(policy)}"\n(.*?)```', text, re.S)
        if not shown:
            raise links.Problem(f"docs/{page}: shows no {policy}")
        picture = self.directory / "pictures" / f"{policy}.svg"
        picture.parent.mkdir(parents=True, exist_ok=True)
        source = picture.with_suffix("")
        source.write_text(shown.group(1), encoding="utf-8")
        references.splc(self.tools, "graph", source, "-o", picture)
        source.unlink()
        up = "../" * page.count("/")
        picture = f"{up}pictures/{policy}.svg"
        return f"[![The automata of {policy}, as splc graph draws them]({picture})]({picture})"

    def _source(self, file):
        path = self.root / file
        if path.is_dir():
            entries = sorted(p.name + ("/" if p.is_dir() else "") for p in path.iterdir())
            return f"# {file}/\n\n" + "".join(f"- `{name}`\n" for name in entries)
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        language = LANGUAGES.get(path.suffix, "text")
        cut = "" if len(lines) <= SHOWN_LINES else f"\nThe first {SHOWN_LINES} of {len(lines)} lines.\n"
        body = "\n".join(lines[:SHOWN_LINES])
        return f"# {file}\n{cut}\n``````{language}\n{body}\n``````\n"

    def _write(self, in_site, text):
        goal = self.directory / in_site
        goal.parent.mkdir(parents=True, exist_ok=True)
        goal.write_text(text, encoding="utf-8")
