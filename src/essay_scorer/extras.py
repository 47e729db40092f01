"""Optional dependencies, checked by name where they are needed."""

from importlib.util import find_spec

from essay_scorer.errors import ExtraMissing

DISTRIBUTION = "serverless-essay-scorer"  # its name in package indexes, as in ``pyproject.toml``


def require(extra: str, *packages: str) -> None:
    """Check that every package of an extra is installed.

    Args:
        extra: the extra's name in ``pyproject.toml``.
        packages: the import names of its packages.

    Raises:
        ExtraMissing: one is not installed; the message says how to install it.
    """
    for package in packages:
        if find_spec(package) is None:
            raise ExtraMissing(
                f"This needs {package}; install it with: pip install '{DISTRIBUTION}[{extra}]'"
            )
