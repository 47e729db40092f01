"""The optional parts of the package, each asked for by name where it is missing."""

from importlib.util import find_spec

from .errors import ExtraMissing


def require(extra: str, *packages: str) -> None:
    """Return if every package is installed.

    Raises:
        ExtraMissing: one is not; the message says which and how to install it.
    """
    for package in packages:
        if find_spec(package) is None:
            raise ExtraMissing(
                f"This needs {package}; install it with: pip install 'essay-scorer[{extra}]'"
            )
