"""The packages of the operating system in an image, from its package database.

Debian's is a text, which the image's own Python reads.  Amazon Linux's needs ``rpm``, which an
image need not have: its base is asked, which a label names and the same database proves.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from packageurl import PackageURL

from .packages import Component, SbomError, licences

BASE = "org.opencontainers.image.base.name"
READ = """
import hashlib, json, pathlib, platform
dpkg = pathlib.Path("/var/lib/dpkg/status")
rpm = map(pathlib.Path, ["/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite"])
print(json.dumps([
    platform.freedesktop_os_release(),
    dpkg.read_text(encoding="utf-8") if dpkg.exists() else None,
    [hashlib.sha256(one.read_bytes()).hexdigest() for one in rpm if one.exists()],
]))
"""
FIELDS = ("NAME", "EPOCHNUM", "VERSION", "RELEASE", "ARCH", "LICENSE")
QUERY = "\t".join(f"%{{{field}}}" for field in FIELDS) + "\n"

Release = Mapping[str, str]  # what /etc/os-release says


def system(image: str, docker: str) -> list[Component]:
    """Return the image's operating system and its packages.

    Raises:
        SbomError: docker does not let the image be read, or it has no package database.
    """
    release, status, database = _read(docker, image)
    if status is not None:
        found = list(dpkg(status, release))
    elif database:
        found = list(rpm(_listed(docker, image, database), release))
    else:
        raise SbomError(f"{image} has neither dpkg's database of packages nor rpm's.")
    if not found:
        raise SbomError(f"The package database of {image} is empty.")
    name, version = release["ID"], release.get("VERSION_ID", "")
    return [
        {"type": "operating-system", "bom-ref": "system", "name": name, "version": version},
        *sorted(found, key=lambda one: str(one["purl"])),
    ]


def _read(docker: str, image: str) -> list[Any]:
    found: list[Any] = json.loads(_inside(docker, image, "python3", "-c", READ))
    return found


def _listed(docker: str, image: str, database: Sequence[str]) -> str:
    """Return what ``rpm`` lists in the image's base, which has the same database."""
    label = f'--format={{{{index .Config.Labels "{BASE}"}}}}'
    base = _docker(docker, "image", "inspect", label, image).strip()
    if not base:
        raise SbomError(f"{image} does not say what its base is; make it with `make image`.")
    if _read(docker, base)[2] != database:
        raise SbomError(f"{base} is not what {image} was built on any more; build it again.")
    return _inside(docker, base, "rpm", "-qa", "--queryformat", QUERY)


def _inside(docker: str, image: str, program: str, *arguments: str) -> str:
    return _docker(
        docker, "run", "--rm", "--network=none", f"--entrypoint={program}", image, *arguments
    )


def _docker(docker: str, *arguments: str) -> str:
    try:
        done = subprocess.run([docker, *arguments], capture_output=True, text=True, check=False)
    except OSError as error:
        raise SbomError(f"{docker} cannot be started: {error.strerror}.") from error
    if done.returncode != 0:
        raise SbomError(f"docker {arguments[0]} fails: {done.stderr.strip()[-400:]}")
    return done.stdout


def dpkg(status: str, release: Release) -> Iterator[Component]:
    """Yield what is installed according to Debian's ``/var/lib/dpkg/status``.

    It says no licences: Debian keeps those in each package's ``copyright``.
    """
    for paragraph in status.split("\n\n"):
        # A line that goes on with the one above begins with a space, which no name does.
        fields = {
            name: said
            for name, _, said in (line.partition(": ") for line in paragraph.splitlines())
        }
        if fields.get("Status", "").endswith(" installed"):
            name, version = fields["Package"], fields["Version"]
            yield _component("deb", name, version, release, arch=fields["Architecture"])


def rpm(listed: str, release: Release) -> Iterator[Component]:
    """Yield what ``rpm -qa`` lists in the format of ``QUERY``."""
    for line in listed.splitlines():
        name, epoch, number, build, arch, licence = line.split("\t")
        if name == "gpg-pubkey":
            continue  # a key that packages are signed with, no package
        qualifiers = {"arch": arch} | ({"epoch": epoch} if epoch != "0" else {})
        component = _component("rpm", name, f"{number}-{build}", release, **qualifiers)
        yield component | {"licenses": licences(licence)}


def _component(
    kind: str, name: str, version: str, release: Release, **qualifiers: str
) -> dict[str, Any]:
    distribution = "-".join(release[key] for key in ("ID", "VERSION_ID") if key in release)
    qualifiers["distro"] = distribution
    purl = PackageURL(kind, release["ID"], name, version, qualifiers).to_string()
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
