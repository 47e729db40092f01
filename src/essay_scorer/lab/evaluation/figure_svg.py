"""Make a chart an SVG element that follows the page's colors and is the same in every run."""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Matplotlib draws in these colors, and the page's style sheet replaces them, for dark screens.
INK, HUMAN, MACHINE, BAND = "#1b1b1f", "#9a4a02", "#2a5db0", "#e6e6ea"
_VARIABLES = {INK: "--ink", HUMAN: "--human", MACHINE: "--machine", BAND: "--band"}

MAX_LABEL_LENGTH = 28
_STYLE = {
    "svg.fonttype": "none",  # the browser has letters that Matplotlib's font has not
    "svg.hashsalt": "essay-scorer",
    "text.parse_math": False,  # a label may have dollar signs
    "font.family": "sans-serif",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.6,
}
_ID = re.compile(r'(\bid="|href="#|url\(#)')


@contextmanager
def new_figure(width: float, height: float) -> Iterator[tuple[Figure, Axes]]:
    """Yield a figure of this size, in inches, with its axes; draw and save it within."""
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(width, height), facecolor="none")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_facecolor("none")
        yield figure, axes


def short_label(label: str) -> str:
    """Return a label that leaves room for the chart."""
    one_line = " ".join(label.split())
    if len(one_line) <= MAX_LABEL_LENGTH:
        return one_line
    return f"{one_line[: MAX_LABEL_LENGTH - 1]}…"


def svg_of(figure: Figure, name: str, title: str) -> str:
    """Return a figure as an HTML figure, with a text alternative for screen readers.

    Args:
        figure: to draw.
        name: distinguishes its IDs from those of other charts of the page.
        title: what it shows.
    """
    with io.StringIO() as file:
        figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
        text = file.getvalue()
    element = _ID.sub(rf"\g<1>{name}-", text[text.index("<svg") :])
    for color, variable in _VARIABLES.items():
        element = element.replace(color, f"var({variable})")
    alternative = escape(f"Chart: {title} The table has the same numbers.")
    element = element.replace("<svg", f'<svg role="img" aria-label="{alternative}"', 1)
    return f"<figure>{element}</figure>"
