"""Reference pages that are made of what splc says of itself."""

import html
import os
import re
import subprocess

import links

OPTION = re.compile(r"^  (\S.*?)(?:  +(.*))?$")


def splc(tools, *arguments, cwd=None):
    """Standard output of splc; anything but success is a problem of the site."""
    environment = {**os.environ, "LC_ALL": "C", "NO_COLOR": "1"}
    done = subprocess.run([tools.splc, *arguments], cwd=cwd or tools.root, env=environment,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise links.Problem(f"splc {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def diagnostics(tools):
    """Each diagnostic with its golden case: the policy, and what splc says to it."""
    listed = re.findall(r"^(SPL\d+) (\S+) +(error|warning) +(.*)$",
                        splc(tools, "--list-diagnostics"), re.M)
    if not listed:
        raise links.Problem("splc --list-diagnostics lists nothing")
    rows = [f"| [{code}](#{code.lower()}) | {name} | {severity} | {meaning} |"
            for code, name, severity, meaning in listed]
    out = ["| id | name | | meaning |", "|---|---|---|---|", *rows, ""]
    for code, name, severity, meaning in listed:
        out += [f'## {code}: {name} {{#{code.lower()}}}', "",
                f"{severity.capitalize()}: {meaning}.", "", *_case(tools, name)]
    return "\n".join(out)


def _case(tools, name):
    case = tools.root / "tests/golden/cases" / f"bad_{name.replace('-', '_')}"
    policy = case.with_suffix(".spl").read_bytes().decode("utf-8", errors="replace")
    # What the test is told stands in the first lines; their number stays, as messages have line numbers.
    policy = re.sub(r"\A// RUN:.*", f"// {case.name}.spl", policy)
    policy = re.sub(r"^// (RUN|STDIN):.*", "//", policy, flags=re.M).rstrip("\n")
    said = case.with_suffix(".expected").read_bytes().decode("utf-8", errors="replace")
    said = re.sub(r"^-- exit (\d+)", r"(exit status \1)", said.replace("-- standard error\n", ""), flags=re.M)
    out = []
    if policy.strip():
        out += _fenced("spl", _short(policy))
    return out + _fenced("text", _short(said.rstrip("\n")))


def _short(text):
    """Some cases are long or wide on purpose; here the point is enough."""
    lines = [line if len(line) <= 160 else line[:157] + "..." for line in text.splitlines()]
    if len(lines) > 40:
        lines = [*lines[:37], "..."]
    return "\n".join(lines)


def _fenced(language, text):
    # Control characters have no place in a page; a case may hold some.
    text = "".join(c if c in "\n\t" or ord(c) >= 32 else "\N{REPLACEMENT CHARACTER}" for c in text)
    return [f"``````{language}", text, "``````", ""]


def commands(tools):
    """The help of splc and of each of its commands."""
    overview = splc(tools, "--help")
    names = re.findall(r"^  ([a-z]+)  +\S", overview.split("Commands:")[1].split("\n\n")[0], re.M)
    out = ["## splc", "", _help(overview)]
    for name in names:
        out += [f"## splc {name}", "", _help(splc(tools, name, "--help"))]
    return "\n".join(out)


def _help(text):
    """Help texts are laid out for a terminal: paragraphs stay so, lists of options become lists."""
    out, examples = [], False
    for part in text.strip("\n").split("\n\n"):
        lines = part.split("\n")
        if lines[0] == "Examples:" or examples and lines[0].startswith("  "):
            examples = True
            body = [line.removeprefix("  ") for line in lines if line != "Examples:"]
            out.append(f"<p><strong>Examples</strong></p>\n<pre><code>{_escape(chr(10).join(body))}"
                       "</code></pre>" if lines[0] == "Examples:" else
                       f"<pre><code>{_escape(chr(10).join(body))}</code></pre>")
        elif lines[0].startswith("Usage:"):
            out.append(f"<pre><code>{_escape(part)}</code></pre>")
        elif any(OPTION.match(line) for line in lines):
            out.append(_options(lines))
        else:
            out.append(f"<p>{_escape(' '.join(lines))}</p>")
    return "\n".join(out) + "\n"


def _options(lines):
    out, open_list = [], False
    for line in lines:
        match = OPTION.match(line)
        if match:
            if not open_list:
                out.append('<dl class="options">')
                open_list = True
            out.append(f"<dt><code>{_escape(match.group(1))}</code></dt><dd>{_escape(match.group(2) or '')}</dd>")
        elif line.startswith("   ") and open_list:
            out[-1] = out[-1].removesuffix("</dd>") + f" {_escape(line.strip())}</dd>"
        else:
            if open_list:
                out.append("</dl>")
                open_list = False
            out.append(f"<p><strong>{_escape(line.rstrip(':'))}</strong></p>")
    return "\n".join(out + (["</dl>"] if open_list else []))


def _escape(text):
    return html.escape(text, quote=False)
