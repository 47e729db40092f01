"""The browser that shows the page in tests and screenshots."""

import shutil

# The first one found. The shell is the same browser without its own interface, which costs more
# time than the page's tests themselves.
PROGRAMS = ("chromium-headless-shell", "chromium")


def find_browser() -> str | None:
    """Return the path of a Chromium browser, or None if none is installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)
