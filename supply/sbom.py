"""Write the image's bill of materials: its packages, the model in it, and this program.

    python -m supply.sbom [--bundle models/default] [--image essay-scorer] [--out build/sbom.json]

It is CycloneDX 1.6 in JSON, checked against that format's schema before it is written.  Each
Python package has its hashes and its licence.  Given an image, the bill has the packages of its
operating system too; without one it says that they are missing.  What no package owns (in AWS's
base its Python and its runtime client) is never in it, so the bill calls itself incomplete.
"""

import argparse
import json
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from .locks import ROOT
from .packages import Component, SbomError, licences, packages
from .system import system

SCHEMA = SchemaVersion.V1_6
ENVIRONMENT = ROOT / ".venv"
MODEL = "model"  # the reference of the bundle's component
BASE_IMAGE = "essay-scorer:base-image"
NOT_LISTED = "Not listed; `make sbom IMAGE=essay-scorer` adds its system's packages."
LISTED = "The packages of its system are listed, but nothing that no package owns."


def make(bundle: Path, of_system: Sequence[Component] = ()) -> dict[str, Any]:
    """Return the bill of an image with this bundle, and with these parts of its system."""
    added = [_model(bundle), *of_system]
    bill = packages(ENVIRONMENT)
    bill["components"] += added
    program = bill["metadata"]["component"]["bom-ref"]
    parts = sorted(one["bom-ref"] for one in bill["components"])
    bill["dependencies"] = [
        {"ref": program, "dependsOn": parts},
        *({"ref": part} for part in parts),
    ]
    said = {"name": BASE_IMAGE, "value": LISTED if of_system else NOT_LISTED}
    bill["metadata"].setdefault("properties", []).append(said)
    bill["compositions"] = [{"aggregate": "incomplete", "dependencies": [program]}]
    # The same content has the same number, so that two bills can be compared.
    content = json.dumps(bill, sort_keys=True)
    bill["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}"
    return bill


def _model(bundle: Path) -> Component:
    try:
        manifest = json.loads((bundle / "bundle.json").read_bytes())
        files = manifest["files"]
        return {
            "type": "machine-learning-model",
            "bom-ref": MODEL,
            "name": manifest["name"],
            "version": manifest["version"],
            "description": f"{manifest['recipe']}: {manifest['encoder']}; {manifest['credit']}",
            "licenses": licences(manifest["licence"]),
            "components": [
                {
                    "type": "file",
                    "bom-ref": f"{MODEL}/{name}",
                    "name": name,
                    "hashes": [{"alg": "SHA-256", "content": record["sha256"]}],
                }
                for name, record in sorted(files.items())
            ],
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SbomError(f"{bundle} is no bundle.") from error


def written(bill: dict[str, Any]) -> str:
    """Return the bill as text.

    Raises:
        SbomError: it is not what CycloneDX's schema wants.
    """
    text = json.dumps(bill, indent=2, ensure_ascii=False) + "\n"
    if error := JsonStrictValidator(SCHEMA).validate_str(text):
        raise SbomError(f"The bill is not of CycloneDX {SCHEMA.to_version()}: {error!r}")
    return text


def main() -> int:
    """Write the bill."""
    parser = argparse.ArgumentParser(prog="python -m supply.sbom", description=main.__doc__)
    parser.add_argument("--bundle", type=Path, default=ROOT / "models" / "default")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "sbom.json")
    parser.add_argument("--image", help="whose operating system's packages are added")
    parser.add_argument("--docker", default="docker", help="the program that runs the image")
    options = parser.parse_args()
    try:
        of_system = system(options.image, options.docker) if options.image else ()
        text = written(make(options.bundle, of_system))
    except SbomError as error:
        print(error, file=sys.stderr)
        return 1
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, encoding="utf-8")
    print(f"wrote {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
