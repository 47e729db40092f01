"""The characters of ``w:sym`` elements, which name a font and a place in it."""

from collections.abc import Mapping

_PRIVATE_USE = 0xF000  # at which Word puts the 256 places of a symbol font
_GREEK = {0x41: "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", 0x61: "αβχδεφγηιϕκλμνοπθρστυϖωξψζ"}
_SYMBOL = {
    0xA3: "≤",
    0xA5: "∞",
    0xAB: "↔",
    0xAC: "←",
    0xAE: "→",
    0xB0: "°",
    0xB1: "±",
    0xB3: "≥",
    0xB4: "×",
    0xB7: "•",
    0xB9: "≠",
    0xBB: "≈",
    0xD6: "√",
    0xD7: "·",
    0xDE: "⇒",
    **{first + n: mark for first, marks in _GREEK.items() for n, mark in enumerate(marks)},
}
# What Word's autocorrection inserts for :) :| :( <- -> ==>, then check marks and bullets.
_WINGDINGS = {
    0x4A: "☺",
    0x4B: "😐",
    0x4C: "☹",
    0xDF: "←",
    0xE0: "→",
    0xE8: "➔",
    0xF3: "⇔",
    0xFC: "✓",
    0xFE: "☑",
    0xA8: "☐",
    0x6F: "☐",
    0xA7: "▪",
    0xD8: "➢",
}
_FONTS: Mapping[str, Mapping[int, str]] = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}


def symbol_character(font: str | None, place: str | None) -> str:
    """Return the character at a place, in hexadecimal, of a font; empty if it has none."""
    try:
        code = int(place or "", 16)
    except ValueError:
        return ""
    if not 0x20 <= code <= 0x10FFFF:
        return ""
    is_private = _PRIVATE_USE <= code <= _PRIVATE_USE + 0xFF
    characters = _FONTS.get((font or "").lower(), {} if is_private else None)
    if characters is not None and (is_private or code <= 0xFF):
        return characters.get(code & 0xFF, "")
    return chr(code)
