"""The packages of an image's operating system are those of its package database."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supply.locks import ROOT
from supply.packages import SbomError
from supply.system import BASE, dpkg, rpm, system

DEBIAN = {"ID": "debian", "VERSION_ID": "13"}
AMAZON = {"ID": "amzn", "VERSION_ID": "2023"}
STATUS = """\
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
 Package: a line of the description, which is none of the database's
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
LISTED = """\
openssl-libs\t1\t3.2.2\t1.amzn2023.0.1\tx86_64\tApache-2.0
tzdata\t0\t2025b\t1.amzn2023.0.1\tnoarch\tPublic Domain
gpg-pubkey\t0\td832c631\t6515c85e\t(none)\tpubkey
glibc\t0\t2.34\t196.amzn2023.0.1\tx86_64\tLGPLv2+ and GPLv2+
"""

SAME = ("0",)  # the hash of rpm's database
Docker = Callable[..., str]


@pytest.fixture
def docker(tmp_path: Path) -> Docker:
    """Return what makes a program that answers as docker would for an image."""

    def make(
        *,
        status: str | None = None,
        rpm: tuple[str, ...] = (),
        base: str = "the-base",
        of_base: tuple[str, ...] = (),
        listed: str = LISTED,
    ) -> str:
        release = AMAZON if status is None else DEBIAN
        answers = {
            "image": json.dumps([release, status, rpm]),
            "base": json.dumps([release, status, of_base or rpm]),
            "label": base + "\n",
            "rpm": listed,
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


def test_debians_are_those_installed() -> None:
    found = [(one["name"], one["version"], one["purl"]) for one in dpkg(STATUS, DEBIAN)]
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


def test_amazons_have_their_licences() -> None:
    found = [(one["name"], one["purl"], one["licenses"]) for one in rpm(LISTED, AMAZON)]
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


def test_debian_is_read_in_the_image_itself(docker: Docker) -> None:
    first, *found = system("the-image", docker(status=STATUS))
    assert (first["type"], first["name"], first["version"]) == ("operating-system", "debian", "13")
    assert found == list(dpkg(STATUS, DEBIAN))


def test_amazon_linux_is_asked_for_in_the_base_that_the_image_names(docker: Docker) -> None:
    first, *found = system("the-image", docker(rpm=SAME))
    assert (first["type"], first["name"], first["version"]) == ("operating-system", "amzn", "2023")
    assert [one["name"] for one in found] == ["glibc", "openssl-libs", "tzdata"]


def test_the_image_that_is_deployed_names_its_base() -> None:
    *_, last = (ROOT / "image" / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")
    assert f"\nARG BASE\nLABEL {BASE}=${{BASE}}\n" in last


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ({}, "the-image has neither dpkg's database of packages nor rpm's"),
        ({"rpm": SAME, "base": ""}, "the-image does not say what its base is"),
        ({"rpm": SAME, "of_base": ("1",)}, "the-base is not what the-image was built on any more"),
        ({"rpm": SAME, "listed": ""}, "The package database of the-image is empty"),
        ({"status": ""}, "The package database of the-image is empty"),
    ],
)
def test_what_cannot_be_listed_truly_is_an_error(
    docker: Docker, image: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SbomError, match=sentence):
        system("the-image", docker(**image))


def test_what_docker_says_against_it_is_said(docker: Docker) -> None:
    with pytest.raises(SbomError, match="docker run fails: no such image"):
        system("another", docker(status=STATUS))


def test_no_docker_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SbomError, match=r"nowhere cannot be started: No such file"):
        system("the-image", str(tmp_path / "nowhere"))
