"""The model card as a page for people."""

from essay_scorer.serving.markdown_html import markdown_to_html
from essay_scorer.serving.plain_page import plain_page


def card_page(markdown: str, *, model: str) -> bytes:
    """Return the page, in UTF-8.

    Args:
        markdown: the card.
        model: its name and version, for the title.
    """
    parts = (
        '<nav aria-label="Pages"><a href="./">Back to the essays</a></nav>',
        '<main id="main" tabindex="-1" class="card">',
        *markdown_to_html(markdown),
    )
    return plain_page(parts, title=f"{model}: the model card", kind="contract model-card")
