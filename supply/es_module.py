"""Join the CommonJS files of an npm package to one ES module, which a browser loads as it is."""

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

_REQUIRE = re.compile(r"""\brequire\((["'])(\.{1,2}/[^"']+)\1\)""")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*\n?", re.MULTILINE)
_LOADER = """\
const loaded = {};

function require(path) {
  if (!(path in loaded)) {
    loaded[path] = {};
    files[path](loaded[path]);
  }
  return loaded[path];
}
"""


def es_module(
    folder: Path, entry: str, export: str, *, replaced: Mapping[str, str] | None = None
) -> str:
    """Return the source of an ES module with what a file of CommonJS exports.

    Each file becomes a function that is called when it is first required. Files must set
    properties of ``exports``, as compilers do, and not replace ``module.exports``.

    Args:
        folder: of the package's files.
        entry: the file with the export.
        export: the name of what the module exports.
        replaced: files to take instead of others, such as those for browsers.

    Raises:
        FileNotFoundError: a file that is required is missing.
    """
    sources: dict[str, str] = {}
    pending = [entry]
    while pending:
        if (path := pending.pop(0)) not in sources:
            source = (folder / (replaced or {}).get(path, path)).read_text(encoding="utf-8")
            sources[path], required = _resolved(_SOURCE_MAP.sub("", source), path)
            pending += required
    files = "\n".join(
        f'"{path}"(exports) {{\n{source.rstrip()}\n}},' for path, source in sources.items()
    )
    return (
        "// Written by `make vendor` from the CommonJS files of the package.\n\n"
        f"const files = {{\n{files}\n}};\n{_LOADER}\n"
        f'export const {{ {export} }} = require("{entry}");\n'
    )


def _resolved(source: str, path: str) -> tuple[str, list[str]]:
    """Return a source that requires files by their paths in the package, and these paths."""
    required: list[str] = []

    def resolve(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), match.group(2)))
        required.append(target if target.endswith(".js") else f"{target}.js")
        return f'require("{required[-1]}")'

    return _REQUIRE.sub(resolve, source), required
