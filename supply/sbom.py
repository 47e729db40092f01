"""Write the image's bill of materials: its packages, the model in it, and this program.

    python -m supply.sbom [--bundle models/default] [--out build/sbom.json]

It is CycloneDX 1.6 in JSON, checked against that format's schema before it is written.  What
the base image brings is AWS's, and its own to list.
"""

import argparse
import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.spdx import is_supported_id
from cyclonedx.validation.json import JsonStrictValidator

from .locks import IMAGE, ROOT

SCHEMA = SchemaVersion.V1_6
MODEL = "model"  # the reference of the bundle's component


class SbomError(RuntimeError):
    """The bill cannot be made; the message says why."""


def make(bundle: Path) -> dict[str, Any]:
    """Return the bill of an image with this bundle."""
    model, bill = _model(bundle), _packages()
    program = bill["metadata"]["component"]
    bill["components"].append(model)
    bill["dependencies"] = [one for one in bill["dependencies"] if one["ref"] != program["bom-ref"]]
    bill["dependencies"] += [
        {
            "ref": program["bom-ref"],
            "dependsOn": sorted(one["bom-ref"] for one in bill["components"]),
        },
        {"ref": MODEL},
    ]
    # The same content has the same number, so that two bills can be compared.
    content = json.dumps(bill, sort_keys=True)
    bill["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}"
    return bill


def _packages() -> dict[str, Any]:
    """Return the bill of the locked packages, with this program as what they are parts of."""
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(IMAGE)]
    command += [f"--pyproject={ROOT / 'pyproject.toml'}", "--spec-version=1.6"]
    command += ["--output-reproducible", "--short-PURLs"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SbomError(f"cyclonedx-py fails: {done.stderr.strip()[-400:]}")
    bill: dict[str, Any] = json.loads(done.stdout)
    for component in bill["components"]:
        del component["description"]  # the line of the lock again, with every hash
    return bill


def _model(bundle: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((bundle / "bundle.json").read_bytes())
        files = manifest["files"]
        return {
            "type": "machine-learning-model",
            "bom-ref": MODEL,
            "name": manifest["name"],
            "version": manifest["version"],
            "description": f"{manifest['recipe']}: {manifest['encoder']}; {manifest['credit']}",
            "licenses": [{"license": {_kind(manifest["licence"]): manifest["licence"]}}],
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


def _kind(licence: str) -> str:
    """Return whether a licence is known by an SPDX identifier, or by a name of its own."""
    return "id" if is_supported_id(licence) else "name"


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
    options = parser.parse_args()
    try:
        text = written(make(options.bundle))
    except SbomError as error:
        print(error, file=sys.stderr)
        return 1
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, encoding="utf-8")
    print(f"wrote {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
