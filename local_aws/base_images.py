"""Stand-ins for AWS's base image, for machines that cannot reach AWS's registry.

``public.ecr.aws/lambda/python:3.13`` is Amazon Linux with Python 3.13. Its stand-in is Debian 13
with Python 3.13, AWS's runtime interface client and AWS's runtime interface emulator, both from
Python packages. Containers use the same pip settings (index, certificates, wheel folders) as this
machine, so that a build can install whatever this machine can install.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from local_aws.engine import Engine

ROOT = Path(__file__).resolve().parents[1]
CONTEXT = Path(__file__).with_name("base")
DOCKERFILE = CONTEXT / "Dockerfile"
LOCK = ROOT / "requirements" / "local-image.txt"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
RUNTIME_EMULATOR = "samcli/local/rapid/aws-lambda-rie-x86_64"  # in the package aws-sam-cli
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
PLATFORM = ("--python-version=3.13", "--platform=manylinux2014_x86_64", "--only-binary=:all:")
FUNCTION_IMAGE = "essay-scorer-local/function-base"
LAB_IMAGE = "essay-scorer-local/lab-base"
PACKAGES = ("python3", "python3-pip", "ca-certificates")
PIP_SETTINGS = ("index-url", "extra-index-url", "trusted-host", "default-timeout")


def make_base_images(engine: Engine, folder: Path) -> None:
    """Build the base images of the function and of the lab, unless they exist.

    The lab's is Debian 12 with Python 3.11, because this machine's wheel folders may have the
    small CPU build of torch for that version.

    Args:
        engine: that builds and keeps them.
        folder: for the files that go into them.
    """
    if not engine.has(FUNCTION_IMAGE):
        _import_debian(engine, "trixie", PACKAGES)
        files = _make_empty(folder / "function-base" / "files")
        _add_runtime(files, folder)
        _add_pip_settings(files, with_wheels=False)
        _build(engine, FUNCTION_IMAGE, "trixie", files)
    if not engine.has(LAB_IMAGE):
        _import_debian(engine, "bookworm", (*PACKAGES, "wordnet-base"))
        files = _make_empty(folder / "lab-base" / "files")
        _add_pip_settings(files, with_wheels=True)
        _build(engine, LAB_IMAGE, "bookworm", files)


def _make_empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _import_debian(engine: Engine, suite: str, packages: tuple[str, ...]) -> None:
    """Bootstrap a minimal Debian and import it as the image ``debian:SUITE``."""
    if engine.has(f"debian:{suite}"):
        return
    print(f"bootstrapping Debian {suite}", file=sys.stderr)
    include = f"--include={','.join(packages)}"
    with subprocess.Popen(
        ["mmdebstrap", "--quiet", "--variant=minbase", include, suite, "-"],
        stdout=subprocess.PIPE,
    ) as debian:
        assert debian.stdout is not None
        engine.docker("import", "-", f"debian:{suite}", stdin=debian.stdout)
    if debian.returncode != 0:
        raise RuntimeError(f"mmdebstrap {suite} failed with status {debian.returncode}")


def _add_runtime(files: Path, folder: Path) -> None:
    """Add the runtime interface client, the emulator, and the script that starts them."""
    wheels = _make_empty(folder / "wheels")
    locked = ("--no-deps", "--require-hashes", f"--requirement={LOCK}")
    subprocess.run([*PIP, "download", *PLATFORM, *locked, f"--dest={wheels}"], check=True)
    (emulator,) = wheels.glob("aws_sam_cli-*.whl")
    programs = files / "usr" / "local" / "bin"
    programs.mkdir(parents=True)
    with zipfile.ZipFile(emulator) as archive:
        (programs / "aws-lambda-rie").write_bytes(archive.read(RUNTIME_EMULATOR))
    (programs / "aws-lambda-rie").chmod(0o755)
    for wheel in set(wheels.glob("*.whl")) - {emulator}:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(files / "var" / "runtime")
    shutil.copy(CONTEXT / "lambda-entrypoint.sh", files)
    wheel_limit = files / "usr" / "lib" / "python3" / "dist-packages" / "_manylinux.py"
    wheel_limit.parent.mkdir(parents=True)
    shutil.copy(CONTEXT / wheel_limit.name, wheel_limit)
    (files / "var" / "task").mkdir()


def _add_pip_settings(files: Path, *, with_wheels: bool) -> None:
    """Add this machine's certificates and pip settings, and its wheel folders if asked for."""
    certificates = files / CERTIFICATES.relative_to("/")
    certificates.parent.mkdir(parents=True)
    shutil.copy(CERTIFICATES, certificates)
    settings = dict(_read_pip_settings())
    lines = ["[global]", f"cert = {CERTIFICATES}", "root-user-action = ignore"]
    lines += [f"{name} = {settings[name]}" for name in PIP_SETTINGS if name in settings]
    links = settings.get("find-links", "").split()
    folders = [Path(link) for link in links if Path(link).is_dir()]
    if with_wheels and folders:
        for source in folders:
            shutil.copytree(source, files / "wheels", dirs_exist_ok=True)
        lines.append("find-links = /wheels")
    (files / "etc" / "pip.conf").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _read_pip_settings() -> Iterator[tuple[str, str]]:
    """Yield pip's settings on this machine; environment variables come last, so that they win.

    ``file:`` URLs are left out, because a container cannot reach them.
    """
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for prefix in ("global.", ":env:."):
        for line in listed.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(prefix):
                words = value.strip("'").replace("\\n", " ").split()
                reachable = " ".join(word for word in words if not word.startswith("file:"))
                yield name.removeprefix(prefix), reachable


def _build(engine: Engine, image: str, suite: str, files: Path) -> None:
    print(f"building {image}", file=sys.stderr)
    engine.docker(
        "build",
        "--quiet",
        f"--file={DOCKERFILE}",
        f"--build-arg=DEBIAN=debian:{suite}",
        f"--tag={image}",
        os.fspath(files.parent),
    )
