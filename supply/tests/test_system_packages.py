"""System packages are read from the package database of an image."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supply.locks import ROOT
from supply.python_packages import SbomError
from supply.system_packages import (
    BASE_LABEL,
    parse_dpkg_status,
    parse_rpm_list,
    system_packages,
)

DEBIAN = {"ID": "debian", "VERSION_ID": "13"}
AMAZON = {"ID": "amzn", "VERSION_ID": "2023"}
DPKG_STATUS = """\
Package: libstdc++6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Source: gcc-14
Version: 14.2.0-19
Depends: libc6 (>= 2.38)
Conffiles:
 /etc/one 0123456789abcdef
Description: library
 Package: this line is part of the description, not a field
 .
 Version: 0

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1

Package: tzdata
Status: hold ok installed
Architecture: all
Version: 2026a-0+deb13u1

Package: half
Status: install ok half-installed
Architecture: all
Version: 2
"""
RPM_LIST = """\
openssl-libs\t1\t3.2.2\t1.amzn2023.0.1\tx86_64\tApache-2.0
tzdata\t0\t2025b\t1.amzn2023.0.1\tnoarch\tPublic Domain
gpg-pubkey\t0\td832c631\t6515c85e\t(none)\tpubkey
glibc\t0\t2.34\t196.amzn2023.0.1\tx86_64\tLGPLv2+ and GPLv2+
"""

SAME_HASH = ("0",)  # of rpm's database
Docker = Callable[..., str]


@pytest.fixture
def docker(tmp_path: Path) -> Docker:
    """Return a function that writes a program which answers as docker would for an image."""

    def make(
        *,
        status: str | None = None,
        rpm: tuple[str, ...] = (),
        base: str = "the-base",
        rpm_of_base: tuple[str, ...] = (),
        rpm_list: str = RPM_LIST,
    ) -> str:
        release = AMAZON if status is None else DEBIAN
        answers = {
            "image": json.dumps([release, status, rpm]),
            "base": json.dumps([release, status, rpm_of_base or rpm]),
            "label": base + "\n",
            "rpm": rpm_list,
        }
        for name, answer in answers.items():
            (tmp_path / name).write_text(answer)
        program = tmp_path / "docker"
        program.write_text(
            f"""#!/bin/sh
            case "$*" in
                "run --rm --network=none --entrypoint=python3 the-image -c "*) name=image ;;
                "run --rm --network=none --entrypoint=python3 the-base -c "*) name=base ;;
                "run --rm --network=none --entrypoint=rpm the-base -qa "*) name=rpm ;;
                "image inspect "*"org.opencontainers.image.base.name"*" the-image") name=label ;;
                *) echo "no such image" >&2; exit 125 ;;
            esac
            cat '{tmp_path}'/$name
            """
        )
        program.chmod(0o755)
        return str(program)

    return make


def test_installed_debian_packages_are_listed() -> None:
    found = [
        (one["name"], one["version"], one["purl"]) for one in parse_dpkg_status(DPKG_STATUS, DEBIAN)
    ]
    assert found == [
        (
            "libstdc++6",
            "14.2.0-19",
            "pkg:deb/debian/libstdc%2B%2B6@14.2.0-19?arch=amd64&distro=debian-13",
        ),
        (
            "tzdata",
            "2026a-0+deb13u1",
            "pkg:deb/debian/tzdata@2026a-0%2Bdeb13u1?arch=all&distro=debian-13",
        ),
    ]


def test_amazon_linux_packages_have_their_licenses() -> None:
    found = [
        (one["name"], one["purl"], one["licenses"]) for one in parse_rpm_list(RPM_LIST, AMAZON)
    ]
    assert found == [
        (
            "openssl-libs",
            "pkg:rpm/amzn/openssl-libs@3.2.2-1.amzn2023.0.1?arch=x86_64&distro=amzn-2023&epoch=1",
            [{"license": {"id": "Apache-2.0"}}],
        ),
        (
            "tzdata",
            "pkg:rpm/amzn/tzdata@2025b-1.amzn2023.0.1?arch=noarch&distro=amzn-2023",
            [{"license": {"name": "Public Domain"}}],
        ),
        (
            "glibc",
            "pkg:rpm/amzn/glibc@2.34-196.amzn2023.0.1?arch=x86_64&distro=amzn-2023",
            [{"license": {"name": "LGPLv2+ and GPLv2+"}}],
        ),
    ]


def test_debian_database_is_read_in_the_image(docker: Docker) -> None:
    first, *found = system_packages("the-image", docker(status=DPKG_STATUS))
    assert (first["type"], first["name"], first["version"]) == ("operating-system", "debian", "13")
    assert found == list(parse_dpkg_status(DPKG_STATUS, DEBIAN))


def test_rpm_runs_in_the_base_that_the_image_names(docker: Docker) -> None:
    first, *found = system_packages("the-image", docker(rpm=SAME_HASH))
    assert (first["type"], first["name"], first["version"]) == ("operating-system", "amzn", "2023")
    assert [one["name"] for one in found] == ["glibc", "openssl-libs", "tzdata"]


def test_the_deployed_image_names_its_base() -> None:
    *_, last = (ROOT / "image" / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")
    assert f"\nARG BASE_NAME=${{BASE}}\nLABEL {BASE_LABEL}=${{BASE_NAME}}\n" in last


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ({}, "the-image has no package database of dpkg or rpm"),
        ({"rpm": SAME_HASH, "base": ""}, "the-image has no label that names its base"),
        (
            {"rpm": SAME_HASH, "rpm_of_base": ("1",)},
            "the-base has changed since the-image was built on it",
        ),
        ({"rpm": SAME_HASH, "rpm_list": ""}, "The package database of the-image is empty"),
        ({"status": ""}, "The package database of the-image is empty"),
    ],
)
def test_unknown_system_packages_are_an_error(
    docker: Docker, image: dict[str, Any], message: str
) -> None:
    with pytest.raises(SbomError, match=message):
        system_packages("the-image", docker(**image))


def test_docker_error_is_reported(docker: Docker) -> None:
    with pytest.raises(SbomError, match="docker run failed: no such image"):
        system_packages("another", docker(status=DPKG_STATUS))


def test_missing_docker_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SbomError, match=r"nowhere cannot be started: No such file"):
        system_packages("the-image", str(tmp_path / "nowhere"))
