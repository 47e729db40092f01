"""Copy the page's parsers from their locked npm packages to the page's files: ``make vendor``.

The page has no build step, so it needs the files themselves, as ES modules. ``vendor.json`` beside
them names the packages, their versions, and the hash of each file.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from supply.es_module import es_module
from supply.locks import ROOT

PACKAGES = ROOT / "supply" / "page"  # package.json and its lock
VENDOR = ROOT / "src" / "essay_scorer" / "serving" / "static" / "vendor"
RECORD = "vendor.json"
# Where each file lies in its package. The legacy build runs in the browsers of schools, too.
FILES = {
    "pdfjs": {
        "pdf.min.mjs": "pdfjs-dist/legacy/build/pdf.min.mjs",
        "pdf.worker.min.mjs": "pdfjs-dist/legacy/build/pdf.worker.min.mjs",
        "LICENSE": "pdfjs-dist/LICENSE",
    },
    "chardet": {"chardet.mjs": "chardet/lib/index.js", "LICENSE": "chardet/LICENSE"},
}
# Of files that are CommonJS, what the page uses; and the files for browsers, by those for Node.
EXPORTS = {"chardet.mjs": "analyse"}
FOR_BROWSERS = {"fs/node.js": "fs/browser.js"}


def install_packages(folder: Path) -> Path:
    """Install the locked packages below a folder, and return their folder.

    Raises:
        subprocess.CalledProcessError: npm failed, after it has said why.
    """
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGES / name, folder)
    command = ["npm", "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--silent"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "node_modules"


def vendor(modules: Path, target: Path = VENDOR) -> None:
    """Copy the files of the installed packages, and record what they are."""
    for name, files in FILES.items():
        folder = target / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file, source in files.items():
            _take(modules / source, folder / file)
        record = _record(folder, modules / next(iter(files.values())).partition("/")[0])
        text = json.dumps(record, indent=2)
        (folder / RECORD).write_text(f"{text}\n", encoding="utf-8")


def _take(source: Path, target: Path) -> None:
    """Copy a file, or write the ES module of the CommonJS files that begin with it."""
    if (export := EXPORTS.get(target.name)) is None:
        shutil.copyfile(source, target)
        return
    text = es_module(source.parent, source.name, export, replaced=FOR_BROWSERS)
    target.write_text(text, encoding="utf-8")


def _record(folder: Path, package: Path) -> dict[str, object]:
    manifest = json.loads((package / "package.json").read_bytes())
    return {
        "package": manifest["name"],
        "version": manifest["version"],
        "license": manifest["license"],
        "sha256": hashes(folder),
    }


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of a folder's files, without the record's own."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name != RECORD
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        vendor(install_packages(Path(directory)))
