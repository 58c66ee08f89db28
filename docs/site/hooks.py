"""What mkdocs is taught: to colour policies, and not to complain of pages that are only linked to."""

import logging

import pygments.lexers
from pygments.lexer import RegexLexer, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text


class SplLexer(RegexLexer):
    """The Statecall Policy Language."""

    name = "SPL"
    aliases = ["spl"]
    filenames = ["*.spl"]
    tokens = {
        "root": [
            (r"\s+", Text),
            (r"//.*?$", Comment.Single),
            (r"/\*", Comment.Multiline, "comment"),
            (words(("automaton", "function", "statecalls", "import", "property", "multiple", "optional",
                    "always_allow", "either", "or", "during", "handle", "do", "until", "while", "exit",
                    "abort"), suffix=r"\b"), Keyword),
            (words(("bool", "int"), suffix=r"\b"), Keyword.Type),
            (words(("true", "false"), suffix=r"\b"), Keyword.Constant),
            (words(("always", "eventually", "next", "weak_until", "once", "since", "precedes",
                    "responds_to", "never", "reachable", "and", "not", "implies", "iff", "finished"),
                   suffix=r"\b"), Operator.Word),
            (r'"[^"\n]*"', String),
            (r"[A-Z]\w*", Name.Class),
            (r"[a-z_]\w*", Name.Variable),
            (r"\d+", Number),
            (r"<->|->|<>|\[\]|\.\.|&&|\|\||[=!<>]=|[-+*/<>=!]", Operator),
            (r"[(){},;:.]", Punctuation),
            (r".", Text),
        ],
        "comment": [
            (r"/\*", Comment.Multiline, "#push"),
            (r"\*/", Comment.Multiline, "#pop"),
            (r"[^*/]+|[*/]", Comment.Multiline),
        ],
    }


def on_startup(**_):
    """Pygments finds lexers by name in a table; ours is not in it."""
    find = pygments.lexers.get_lexer_by_name

    def with_spl(alias, **options):
        return SplLexer(**options) if alias == "spl" else find(alias, **options)

    import pymdownx.highlight
    pygments.lexers.get_lexer_by_name = with_spl
    pymdownx.highlight.get_lexer_by_name = with_spl


def on_config(config, **_):
    """Pages that show a source file are reached by links, so mkdocs need not list what is not in the navigation."""
    logging.getLogger("mkdocs.structure.nav").addFilter(
        lambda record: "not included in the \"nav\"" not in record.getMessage())
    return config


def on_nav(nav, files, **_):
    """Every other page is in the navigation. A warning is an error here."""
    shown = {page.file.src_path for page in nav.pages}
    for file in files.documentation_pages():
        if file.src_path not in shown and not file.src_path.startswith("source/"):
            logging.getLogger("mkdocs.statecall").warning("docs/site/mkdocs.yml: nav lacks %s", file.src_path)
    return nav
