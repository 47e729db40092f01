"""Which text of a Word document is hidden, by its own properties or by its styles."""

from xml.etree.ElementTree import Element

from essay_scorer.documents.xml_parts import attribute, child, local_name


def toggle(properties: Element | None, name: str) -> bool | None:
    """Return the value of an on/off property; None if it is absent."""
    found = child(properties, name)
    if found is None:
        return None
    return (attribute(found, "val") or "").lower() not in ("0", "false", "off")


class WordStyles:
    """The styles of a document."""

    def __init__(self, root: Element | None) -> None:
        """Take the part with the styles, if there is one."""
        self._styles: dict[str, Element] = {}
        self._hidden: dict[str, bool] = {}
        self._default_paragraph: str | None = None
        for style in () if root is None else root:
            if local_name(style) == "style":
                self._add(style, attribute(style, "styleId") or "")

    def _add(self, style: Element, name: str) -> None:
        self._styles[name] = style
        is_default = (attribute(style, "default") or "").lower() in ("1", "true", "on")
        if is_default and attribute(style, "type") == "paragraph":
            self._default_paragraph = name

    def is_hidden(self, run: Element | None, paragraph: Element | None) -> bool:
        """Return whether text with these properties is hidden.

        The styles of the paragraph and of the characters toggle: hidden twice is visible
        (ECMA-376, part 1, section 17.7.3).
        """
        own = toggle(run, "vanish")
        if own is not None:
            return own
        of_characters = attribute(child(run, "rStyle"), "val")
        of_paragraph = attribute(child(paragraph, "pStyle"), "val") or self._default_paragraph
        return self._hides(of_characters) is not self._hides(of_paragraph)

    def _hides(self, name: str | None) -> bool:
        style = self._styles.get(name) if name is not None else None
        if name is None or style is None:
            return False
        if name not in self._hidden:
            self._hidden[name] = False  # ends a circle of styles
            own = toggle(child(style, "rPr"), "vanish")
            base = attribute(child(style, "basedOn"), "val")
            self._hidden[name] = self._hides(base) if own is None else own
        return self._hidden[name]
