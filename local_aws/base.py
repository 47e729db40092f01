"""Images that stand in for AWS's base image where its registry is out of reach.

``public.ecr.aws/lambda/python:3.13`` is Amazon Linux with Python 3.13.  Its stand-in is
Debian 13 with Python 3.13, AWS's runtime client and AWS's runtime interface emulator,
both from packages; what pip is told on this machine (its index, its certificates, its
folders of wheels) holds inside, so that a build reaches what this machine reaches.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from .engine import Engine

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).with_name("base")
LOCK = ROOT / "requirements" / "local-image.txt"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
EMULATOR = "samcli/local/rapid/aws-lambda-rie-x86_64"
PYTHON = ("--python-version=3.13", "--platform=manylinux2014_x86_64", "--only-binary=:all:")
FUNCTION, LAB = "essay-scorer-local/function-base", "essay-scorer-local/lab-base"
PACKAGES = ("python3", "python3-pip", "ca-certificates")
TAKEN_ALONG = ("index-url", "extra-index-url", "trusted-host", "default-timeout")


def make_bases(engine: Engine, folder: Path) -> None:
    """Make the two images that are not there yet.

    The lab's is Debian 12 with Python 3.11, for which torch is smallest where this
    machine's pip knows a folder with a wheel without CUDA.
    """
    if not engine.has(FUNCTION):
        _debian(engine, "trixie", PACKAGES)
        files = _fresh(folder / "function-base" / "files")
        _runtime(files, folder)
        _pip(files, wheels=False)
        _build(engine, FUNCTION, "trixie", HERE / "Dockerfile", files)
    if not engine.has(LAB):
        _debian(engine, "bookworm", (*PACKAGES, "wordnet-base"))
        files = _fresh(folder / "lab-base" / "files")
        _pip(files, wheels=True)
        _build(engine, LAB, "bookworm", HERE / "Dockerfile", files)


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _debian(engine: Engine, suite: str, packages: tuple[str, ...]) -> None:
    """Import a bare Debian under the suite's name."""
    if engine.has(f"debian:{suite}"):
        return
    print(f"making Debian {suite}", file=sys.stderr)
    with subprocess.Popen(
        [
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            f"--include={','.join(packages)}",
            suite,
            "-",
        ],
        stdout=subprocess.PIPE,
    ) as debian:
        assert debian.stdout is not None
        engine.docker("import", "-", f"debian:{suite}", stdin=debian.stdout)
    if debian.returncode != 0:
        raise RuntimeError(f"mmdebstrap {suite} failed with status {debian.returncode}")


def _runtime(files: Path, folder: Path) -> None:
    """Lay out the runtime's client, the emulator and what starts them."""
    runtime = files / "var" / "runtime"
    wheels = _fresh(folder / "wheels")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    locked = ("--no-deps", "--require-hashes", f"--requirement={LOCK}")
    subprocess.run([*pip, "download", *PYTHON, *locked, f"--dest={wheels}"], check=True)
    (emulator,) = wheels.glob("aws_sam_cli-*.whl")
    programs = files / "usr" / "local" / "bin"
    programs.mkdir(parents=True)
    with zipfile.ZipFile(emulator) as archive:
        (programs / "aws-lambda-rie").write_bytes(archive.read(EMULATOR))
    (programs / "aws-lambda-rie").chmod(0o755)
    for wheel in set(wheels.glob("*.whl")) - {emulator}:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(runtime)
    shutil.copy(HERE / "lambda-entrypoint.sh", files)
    cap = files / "usr" / "lib" / "python3" / "dist-packages" / "_manylinux.py"
    cap.parent.mkdir(parents=True)
    shutil.copy(HERE / cap.name, cap)
    (files / "var" / "task").mkdir()


def _pip(files: Path, *, wheels: bool) -> None:
    """Take this machine's certificates and settings of pip along."""
    place = files / CERTIFICATES.relative_to("/")
    place.parent.mkdir(parents=True)
    shutil.copy(CERTIFICATES, place)
    settings = dict(_pip_settings())
    lines = ["[global]", f"cert = {CERTIFICATES}", "root-user-action = ignore"]
    lines += [f"{name} = {settings[name]}" for name in TAKEN_ALONG if name in settings]
    folders = [Path(one) for one in settings.get("find-links", "").split() if Path(one).is_dir()]
    if wheels and folders:
        for source in folders:
            shutil.copytree(source, files / "wheels", dirs_exist_ok=True)
        lines.append("find-links = /wheels")
    (files / "etc" / "pip.conf").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _pip_settings() -> Iterator[tuple[str, str]]:
    """Yield pip's global settings here, those of the environment last."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for prefix in ("global.", ":env:."):
        for line in listed.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(prefix):
                parts = value.strip("'").replace("\\n", " ").split()
                yield (
                    name.removeprefix(prefix),
                    " ".join(part for part in parts if not part.startswith("file:")),
                )


def _build(engine: Engine, image: str, suite: str, dockerfile: Path, files: Path) -> None:
    print(f"making {image}", file=sys.stderr)
    engine.docker(
        "build",
        "--quiet",
        f"--file={dockerfile}",
        f"--build-arg=DEBIAN=debian:{suite}",
        f"--tag={image}",
        os.fspath(files.parent),
    )
