"""Write the image's bill of materials: its packages, its model, and this program.

    python -m supply.sbom [--bundle models/default] [--image essay-scorer] [--out build/sbom.json]

The format is CycloneDX 1.6 in JSON, validated against its schema before it is written. Each Python
package has its hashes and its license. With ``--image``, the bill includes the operating system's
packages; without, it says that they are missing. It never includes files that belong to no package,
such as Python and the runtime interface client in AWS's base image, so it declares itself
incomplete.
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

from supply.locks import ROOT
from supply.python_packages import Component, SbomError, bill_of_packages, license_choice
from supply.system_packages import system_packages

SCHEMA = SchemaVersion.V1_6
ENVIRONMENT = ROOT / ".venv"
MODEL_REFERENCE = "model"  # of the bundle's component
BASE_IMAGE_PROPERTY = "essay-scorer:base-image"
WITHOUT_SYSTEM = "Not listed; `make sbom IMAGE=essay-scorer` adds its system packages."
WITH_SYSTEM = "Its system packages are listed, but no files that belong to no package."


def make_bill(bundle: Path, system: Sequence[Component] = ()) -> dict[str, Any]:
    """Return the bill of materials of an image.

    Args:
        bundle: the folder of the model that it contains.
        system: its operating system and packages, if they are known.

    Raises:
        SbomError: the bundle has no manifest, or the packages' licenses are unknown.
    """
    model = _model_component(bundle)
    bill = bill_of_packages(ENVIRONMENT)
    bill["components"] += [model, *system]
    program = bill["metadata"]["component"]["bom-ref"]
    parts = sorted(component["bom-ref"] for component in bill["components"])
    bill["dependencies"] = [
        {"ref": program, "dependsOn": parts},
        *({"ref": part} for part in parts),
    ]
    note = {"name": BASE_IMAGE_PROPERTY, "value": WITH_SYSTEM if system else WITHOUT_SYSTEM}
    bill["metadata"].setdefault("properties", []).append(note)
    bill["compositions"] = [{"aggregate": "incomplete", "dependencies": [program]}]
    # Derived from the content, so that bills of equal images are equal.
    content = json.dumps(bill, sort_keys=True)
    bill["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}"
    return bill


def _model_component(bundle: Path) -> Component:
    try:
        manifest = json.loads((bundle / "bundle.json").read_bytes())
        return {
            "type": "machine-learning-model",
            "bom-ref": MODEL_REFERENCE,
            "name": manifest["name"],
            "version": manifest["version"],
            "description": f"{manifest['recipe']}: {manifest['encoder']}; {manifest['credit']}",
            "licenses": license_choice(manifest["license"]),
            "components": [
                {
                    "type": "file",
                    "bom-ref": f"{MODEL_REFERENCE}/{name}",
                    "name": name,
                    "hashes": [{"alg": "SHA-256", "content": record["sha256"]}],
                }
                for name, record in sorted(manifest["files"].items())
            ],
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SbomError(f"{bundle} is not a bundle.") from error


def serialize(bill: dict[str, Any]) -> str:
    """Return a bill of materials as JSON.

    Raises:
        SbomError: it does not conform to CycloneDX's schema.
    """
    text = json.dumps(bill, indent=2, ensure_ascii=False) + "\n"
    if error := JsonStrictValidator(SCHEMA).validate_str(text):
        raise SbomError(f"The bill is not valid CycloneDX {SCHEMA.to_version()}: {error!r}")
    return text


def main() -> int:
    """Write the image's bill of materials."""
    parser = argparse.ArgumentParser(prog="python -m supply.sbom", description=main.__doc__)
    parser.add_argument("--bundle", type=Path, default=ROOT / "models" / "default")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "sbom.json")
    parser.add_argument("--image", help="add the system packages of this image")
    parser.add_argument("--docker", default="docker", help="the program that runs the image")
    options = parser.parse_args()
    try:
        system = system_packages(options.image, options.docker) if options.image else ()
        text = serialize(make_bill(options.bundle, system))
    except SbomError as error:
        print(error, file=sys.stderr)
        return 1
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, encoding="utf-8")
    print(f"wrote {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
