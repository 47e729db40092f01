"""The operating-system packages of an image, from its package database.

Debian's database is a text file, which the image's own Python reads. Amazon Linux's can be read
only with ``rpm``, which an image need not have. Its base image is asked instead: a label names the
base, and an equal database proves that it is the right one.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from packageurl import PackageURL

from supply.python_packages import MAX_ERROR_CHARACTERS, Component, SbomError, license_choice

BASE_LABEL = "org.opencontainers.image.base.name"
READ_DATABASE = """
import hashlib, json, pathlib, platform
dpkg = pathlib.Path("/var/lib/dpkg/status")
rpm = map(pathlib.Path, ["/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite"])
print(json.dumps([
    platform.freedesktop_os_release(),
    dpkg.read_text(encoding="utf-8") if dpkg.exists() else None,
    [hashlib.sha256(one.read_bytes()).hexdigest() for one in rpm if one.exists()],
]))
"""
RPM_FIELDS = ("NAME", "EPOCHNUM", "VERSION", "RELEASE", "ARCH", "LICENSE")
RPM_FORMAT = "\t".join(f"%{{{field}}}" for field in RPM_FIELDS) + "\n"
SIGNING_KEY = "gpg-pubkey"  # which rpm lists like a package

Release = Mapping[str, str]  # the fields of /etc/os-release


@dataclass(frozen=True)
class _Database:
    """An image's package database.

    Attributes:
        release: of the operating system.
        dpkg_status: Debian's database; None if it has none.
        rpm_hashes: SHA-256 of rpm's databases.
    """

    release: Release
    dpkg_status: str | None
    rpm_hashes: Sequence[str]


def system_packages(image: str, docker: str) -> list[Component]:
    """Return the image's operating system, then its packages, ordered by purl.

    Args:
        image: its name.
        docker: the program that runs it.

    Raises:
        SbomError: docker fails, or the image has no package database.
    """
    database = _read_database(docker, image)
    release = database.release
    if database.dpkg_status is not None:
        packages = list(parse_dpkg_status(database.dpkg_status, release))
    elif database.rpm_hashes:
        packages = list(parse_rpm_list(_list_rpms(docker, image, database), release))
    else:
        raise SbomError(f"{image} has no package database of dpkg or rpm.")
    if not packages:
        raise SbomError(f"The package database of {image} is empty.")
    name, version = release["ID"], release.get("VERSION_ID", "")
    return [
        {"type": "operating-system", "bom-ref": "system", "name": name, "version": version},
        *sorted(packages, key=lambda package: str(package["purl"])),
    ]


def _read_database(docker: str, image: str) -> _Database:
    return _Database(*json.loads(_run_in(docker, image, "python3", "-c", READ_DATABASE)))


def _list_rpms(docker: str, image: str, database: _Database) -> str:
    """Return the list of ``rpm`` in the image's base, which must have the same database."""
    label = f'--format={{{{index .Config.Labels "{BASE_LABEL}"}}}}'
    base = _run_docker(docker, "image", "inspect", label, image).strip()
    if not base:
        raise SbomError(f"{image} has no label that names its base; build it with `make image`.")
    if _read_database(docker, base).rpm_hashes != database.rpm_hashes:
        raise SbomError(f"{base} has changed since {image} was built on it; build it again.")
    return _run_in(docker, base, "rpm", "-qa", "--queryformat", RPM_FORMAT)


def _run_in(docker: str, image: str, program: str, *arguments: str) -> str:
    options = ("--rm", "--network=none", f"--entrypoint={program}")
    return _run_docker(docker, "run", *options, image, *arguments)


def _run_docker(docker: str, *arguments: str) -> str:
    try:
        done = subprocess.run([docker, *arguments], capture_output=True, text=True, check=False)
    except OSError as error:
        raise SbomError(f"{docker} cannot be started: {error.strerror}.") from error
    if done.returncode != 0:
        output = done.stderr.strip()[-MAX_ERROR_CHARACTERS:]
        raise SbomError(f"docker {arguments[0]} failed: {output}")
    return done.stdout


def parse_dpkg_status(status: str, release: Release) -> Iterator[Component]:
    """Yield the installed packages of Debian's ``/var/lib/dpkg/status``.

    They have no licenses, which Debian keeps in the ``copyright`` file of each package.
    """
    for paragraph in status.split("\n\n"):
        # Continuation lines begin with a space, so they never overwrite a field.
        fields = {
            name: value
            for name, _, value in (line.partition(": ") for line in paragraph.splitlines())
        }
        if fields.get("Status", "").endswith(" installed"):
            name, version = fields["Package"], fields["Version"]
            yield _component("deb", name, version, release, arch=fields["Architecture"])


def parse_rpm_list(text: str, release: Release) -> Iterator[Component]:
    """Yield the packages that ``rpm -qa`` lists in the format ``RPM_FORMAT``."""
    for line in text.splitlines():
        name, epoch, version, build, arch, license_text = line.split("\t")
        if name == SIGNING_KEY:
            continue
        qualifiers = {"arch": arch} | ({"epoch": epoch} if epoch != "0" else {})
        component = _component("rpm", name, f"{version}-{build}", release, **qualifiers)
        yield component | {"licenses": license_choice(license_text)}


def _component(
    package_type: str, name: str, version: str, release: Release, **qualifiers: str
) -> Component:
    distribution = "-".join(release[key] for key in ("ID", "VERSION_ID") if key in release)
    qualifiers["distro"] = distribution
    purl = PackageURL(package_type, release["ID"], name, version, qualifiers).to_string()
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
