"""Where the parts of an SVG are, as a reader would see them: boxes of texts by the metrics of the font that is drawn,
boxes of shapes by their points. For pictures by Graphviz and for charts."""

import re
import subprocess
import xml.etree.ElementTree as ET

from PIL import ImageFont

SVG = "{http://www.w3.org/2000/svg}"
FONTS = {}


def font(mono, bold, italic):
    """At 100 units an em. The pictures name DejaVu first."""
    style = {(False, False): "Book", (True, False): "Bold", (False, True): "Oblique", (True, True): "Bold Oblique"}
    key = (mono, bold, italic)
    if key not in FONTS:
        family = "DejaVu Sans Mono" if mono else "DejaVu Sans"
        wanted = f"{family}:style={style[bold, italic]}"
        found = subprocess.run(["fc-match", "-f", "%{family}\t%{file}", wanted], capture_output=True, text=True,
                               check=True).stdout.split("\t")
        if "DejaVu" not in found[0]:
            raise RuntimeError(f"no {family} here (Debian package fonts-dejavu-core)")
        FONTS[key] = ImageFont.truetype(found[1], 100)
    return FONTS[key]


class Box:
    def __init__(self, left, top, right, bottom, what=""):
        self.left, self.top, self.right, self.bottom, self.what = left, top, right, bottom, what

    def overlaps(self, other, by=1.0):
        return (min(self.right, other.right) - max(self.left, other.left) > by and
                min(self.bottom, other.bottom) - max(self.top, other.top) > by)

    def holds(self, other, slack=1.0):
        return (self.left - slack <= other.left and other.right <= self.right + slack and
                self.top - slack <= other.top and other.bottom <= self.bottom + slack)

    def __repr__(self):
        return f"{self.what!r} at {self.left:.0f},{self.top:.0f} to {self.right:.0f},{self.bottom:.0f}"


def text_box(text, x, y, size, anchor="start", mono=False, bold=False, italic=False):
    width = font(mono, bold, italic).getlength(text) * size / 100
    left = x - (width / 2 if anchor == "middle" else width if anchor == "end" else 0)
    return Box(left, y - 0.73 * size, left + width, y + 0.2 * size, text)


def box_of_element(element):
    """Of a text or a shape by Graphviz."""
    tag = element.tag.removeprefix(SVG)
    if tag == "text":
        text = element.text or ""
        # Blanks at the ends are not seen.
        shown = text.strip("\u00a0 ")
        family = element.get("font-family", "")
        style = {"mono": "Mono" in family, "bold": element.get("font-weight") == "bold",
                 "italic": element.get("font-style") == "italic"}
        size = float(element.get("font-size"))
        blank = font(**style).getlength(text[:len(text) - len(text.lstrip("\u00a0 "))]) * size / 100
        x = float(element.get("x"))
        if element.get("text-anchor") == "start":
            x += blank
        return text_box(shown, x, float(element.get("y")), size, element.get("text-anchor"), **style)
    if tag == "ellipse":
        cx, cy, rx, ry = (float(element.get(a)) for a in ("cx", "cy", "rx", "ry"))
        return Box(cx - rx, cy - ry, cx + rx, cy + ry)
    numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", element.get("points") or element.get("d"))]
    return Box(min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2]))


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, two):
    """As WCAG 2 has it: 1 to 21."""
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def parse(text):
    return ET.fromstring(text)
