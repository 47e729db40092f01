"""Hypothesis strategies: texts over all of Unicode, JSON of any shape, valid and damaged events."""

import copy
import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .serving.http_calls import Call

ANY = st.characters(codec=None)  # with lone surrogates, controls and unassigned code points
MARKS = st.characters(categories=("Mn", "Me", "Mc"))
INVISIBLE = st.sampled_from("\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u034f\u2061\U000e0041")
DIRECTIONS = st.sampled_from("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
RIGHT_TO_LEFT = st.characters(min_codepoint=0x590, max_codepoint=0x8FF)
CONTROLS = st.characters(categories=("Cc", "Cf", "Cs", "Co", "Cn"))
SPACES = st.sampled_from(
    [" ", "\n", "\n\n", "\r\n", "\t", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\xa0", "\u2028",
     "\u2029", "\u3000", ""]
)  # fmt: skip
_PROSE = """The town should keep its library open. Because everybody reads there! Who would not?
"We do," she said: (mostly) e.g. on Sundays; i think so."""
PLAIN = st.sampled_from(_PROSE.split())


def _cluster(base: str, marks: str, times: int) -> str:
    """A grapheme of any number of code points."""
    return base + marks * times


PIECES = st.one_of(
    PLAIN,
    PLAIN,
    st.text(ANY, max_size=12),
    st.text(CONTROLS, max_size=6),
    st.text(INVISIBLE, max_size=6),
    st.text(st.one_of(RIGHT_TO_LEFT, DIRECTIONS), max_size=12),
    st.builds(_cluster, ANY, st.text(MARKS, min_size=1, max_size=3), st.integers(1, 60)),
    st.builds(_cluster, st.just("👩"), st.just("\u200d👧🏽"), st.integers(1, 30)),
    st.builds(lambda one, times: one * times, ANY, st.integers(1, 100)),
    st.builds(lambda words: " ".join(words) + ". ", st.lists(PLAIN, min_size=3, max_size=30)),
)


@st.composite
def _texts(draw: DrawFn) -> str:
    pieces = draw(st.lists(st.tuples(PIECES, SPACES), max_size=8))
    return "".join(piece + space for piece, space in pieces)


TEXTS: SearchStrategy[str] = _texts()

JSON: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(ANY, max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
REQUESTS: SearchStrategy[Any] = st.fixed_dictionaries(
    {"text": TEXTS},
    optional={"prompt": st.none() | TEXTS, "explain": st.booleans()},
)
_NEAR = st.dictionaries(
    st.sampled_from(("text", "prompt", "explain", "Text", "n", "item", "Items", "error")),
    st.one_of(JSON, TEXTS),
)
_BODIES = st.one_of(
    st.binary(max_size=60),
    st.builds(lambda value: json.dumps(value).encode(), st.one_of(REQUESTS, _NEAR, JSON)),
)
_CALLS = st.builds(
    Call,
    method=st.sampled_from(("GET", "POST", "HEAD", "OPTIONS", "PUT", "", "post")),
    path=st.sampled_from(("/", "/model/predict", "/health", "/card", "/static/..", "//", "")),
    body=_BODIES,
    headers=st.dictionaries(
        st.sampled_from(("Content-Type", "Content-Encoding", "X-Api-Key", "Authorization", "Origin",
                         "Accept-Encoding", "If-None-Match")),
        st.text(ANY, max_size=12) | st.sampled_from(("application/json", "gzip", "*")),
    ),
)  # fmt: skip
WELL_FORMED: SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(Call.function_url, _CALLS),
    st.builds(Call.http_api, _CALLS),
    st.builds(Call.rest_api, _CALLS),
)


@st.composite
def _damaged(draw: DrawFn) -> Any:
    """An AWS event in which a few values are replaced or missing."""
    event = copy.deepcopy(draw(WELL_FORMED))
    for _ in range(draw(st.integers(1, 3))):
        table = event
        while True:
            name = draw(st.sampled_from(sorted(table) or ["x"]))
            inner = table.get(name)
            if not isinstance(inner, dict) or draw(st.booleans()):
                break
            table = inner
        if draw(st.booleans()):
            table.pop(name, None)
        else:
            table[name] = draw(JSON)
    return event


_BATCHES = st.builds(
    lambda items: {"Items": items},
    st.lists(
        st.fixed_dictionaries({"n": JSON, "item": st.one_of(REQUESTS, _NEAR, JSON)}), max_size=4
    ),
)
EVENTS: SearchStrategy[Any] = st.one_of(WELL_FORMED, _damaged(), REQUESTS, _NEAR, _BATCHES, JSON)
