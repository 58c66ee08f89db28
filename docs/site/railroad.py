"""Railroad diagrams as SVG.

Colours come from the page's style sheet by class, so a diagram fits the light and the dark scheme. Rules
are links to their own diagrams. Each diagram has its grammar as a text alternative.

A part has a width and how far it reaches above and below the line on which it is entered and left.
"""

import html

CHARACTER = 8.2   # of the monospaced font at 13.5 px
HEIGHT = 28       # of a box
GAP = 14          # between parts of a sequence
RADIUS = 9
ROW = 12          # between rows


class Part:
    def __init__(self, width, up, down, draw):
        self.width, self.up, self.down, self.draw = width, up, down, draw


def diagram(node, name, text, display):
    """The SVG element for one rule, in a box that scrolls if it is wider than the page."""
    part = _part(node, display)
    width = round(part.width + 2 * GAP + 24)
    height = round(part.up + part.down + 12)
    y = part.up + 6
    x = GAP + 12
    body = (f'<path d="M12 {y - 8}v16M12 {y}h{GAP}"/>' + part.draw(x, y)
            + f'<path d="M{x + part.width:g} {y}h{GAP}m0 -8v16m-5 -16v16"/>')
    return (f'<div class="railroad" tabindex="0" role="region" aria-label="Diagram of {html.escape(name)}">'
            f'<svg role="group" aria-label="{html.escape(text)}" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}">{body}</svg></div>')


def _part(node, display):
    kind = node[0]
    if kind == "token":
        return _box(node[1][1:-1], "class" if node[1][0] == "<" else "token", None)
    if kind == "rule":
        return _box(display(node[1]), "rule", f"#rule-{node[1]}")
    if kind == "seq":
        return _sequence([_part(part, display) for part in node[1:]])
    if kind == "alt":
        return _choice([_part(part, display) for part in node[1:]])
    if kind == "opt":
        return _choice([_sequence([]), _part(node[1], display)])
    back = _sequence([]) if node[2] is None else _part(node[2], display)
    return _loop(_part(node[1], display), back)


def _box(label, kind, goal):
    width = round(len(label) * CHARACTER + 20)
    round_corners = 0 if kind == "rule" else HEIGHT / 2

    def draw(x, y):
        box = (f'<rect x="{x:g}" y="{y - HEIGHT / 2:g}" width="{width}" height="{HEIGHT}" '
               f'rx="{round_corners:g}"/><text x="{x + width / 2:g}" y="{y + 4.5:g}">'
               f'{html.escape(label)}</text>')
        if goal:
            return f'<a href="{goal}" class="rr-{kind}">{box}</a>'
        return f'<g class="rr-{kind}">{box}</g>'

    return Part(width, HEIGHT / 2, HEIGHT / 2, draw)


def _sequence(parts):
    def draw(x, y):
        out = []
        for number, part in enumerate(parts):
            if number:
                out.append(f'<path d="M{x:g} {y:g}h{GAP}"/>')
                x += GAP
            out.append(part.draw(x, y))
            x += part.width
        return "".join(out)

    width = sum(p.width for p in parts) + GAP * max(0, len(parts) - 1)
    return Part(width, max([p.up for p in parts], default=0), max([p.down for p in parts], default=0), draw)


def _choice(parts):
    """The first part on the line, the others below it."""
    inner = max(p.width for p in parts)
    offsets, below = [0], parts[0].down
    for part in parts[1:]:
        offsets.append(below + ROW + part.up if below or part.up else 2 * RADIUS)
        offsets[-1] = max(offsets[-1], offsets[-2] + 2 * RADIUS)
        below = offsets[-1] + part.down

    def draw(x, y):
        left, right = x + 2 * RADIUS, x + 2 * RADIUS + inner
        out = [f'<path d="M{x:g} {y:g}h{2 * RADIUS}"/>', parts[0].draw(left, y),
               f'<path d="M{left + parts[0].width:g} {y:g}H{right + 2 * RADIUS:g}"/>']
        for part, offset in zip(parts[1:], offsets[1:]):
            down = offset - 2 * RADIUS
            out.append(f'<path d="M{x:g} {y:g}a{RADIUS} {RADIUS} 0 0 1 {RADIUS} {RADIUS}v{down:g}'
                       f'a{RADIUS} {RADIUS} 0 0 0 {RADIUS} {RADIUS}"/>')
            out.append(part.draw(left, y + offset))
            out.append(f'<path d="M{left + part.width:g} {y + offset:g}H{right:g}a{RADIUS} {RADIUS} 0 0 0 '
                       f'{RADIUS} -{RADIUS}v{-down:g}a{RADIUS} {RADIUS} 0 0 1 {RADIUS} -{RADIUS}"/>')
        return "".join(out)

    return Part(inner + 4 * RADIUS, parts[0].up, below, draw)


def _loop(part, back):
    """The part on the line; the way back, with what separates, below it."""
    inner = max(part.width, back.width)
    offset = max(part.down + ROW + back.up, 2 * RADIUS)

    def draw(x, y):
        left = x + RADIUS
        part_x = left + (inner - part.width) / 2
        back_x = left + (inner - back.width) / 2
        down = offset - 2 * RADIUS
        return (f'<path d="M{x:g} {y:g}H{part_x:g}"/>' + part.draw(part_x, y)
                + f'<path d="M{part_x + part.width:g} {y:g}H{left + inner + RADIUS:g}"/>'
                + f'<path d="M{left:g} {y:g}a{RADIUS} {RADIUS} 0 0 0 -{RADIUS} {RADIUS}v{down:g}'
                  f'a{RADIUS} {RADIUS} 0 0 0 {RADIUS} {RADIUS}H{back_x:g}"/>'
                + back.draw(back_x, y + offset)
                + f'<path class="rr-back" d="M{back_x + back.width:g} {y + offset:g}H{left + inner:g}'
                  f'a{RADIUS} {RADIUS} 0 0 0 {RADIUS} -{RADIUS}v{-down:g}a{RADIUS} {RADIUS} 0 0 0 '
                  f'-{RADIUS} -{RADIUS}"/>')

    return Part(inner + 2 * RADIUS, part.up, offset + back.down, draw)
