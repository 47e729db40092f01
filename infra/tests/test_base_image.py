"""A base image that changes behind its tag becomes another image of the deployment."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from infra.base_image import CONTEXT_PREFIX, BaseImage, find_pin, read_pins

AWS = "public.ecr.aws/lambda/python:3.13"
OLD, NEW, ID = (f"sha256:{digit * 64}" for digit in "012")
MakeDocker = Callable[..., Mapping[str, str]]


def _image(*digests: str, id_: str = ID) -> str:
    """Return what `docker image inspect` prints, as far as it matters."""
    return json.dumps([{"Id": id_, "RepoTags": [AWS], "RepoDigests": list(digests)}])


@pytest.fixture
def make_docker(tmp_path: Path) -> MakeDocker:
    """Return a function that writes a docker, and returns the environment in which CDK finds it."""

    def make(*, before: str = "", after: str = "", pull: str = "exit 0") -> Mapping[str, str]:
        """Write a docker.

        Args:
            before: what it prints for its own copy of the image; empty if it has none.
            after: the same after a pull.
            pull: shell commands in place of a pull.
        """
        (tmp_path / "before").write_text(before)
        (tmp_path / "after").write_text(after)
        program = tmp_path / "docker"
        program.write_text(
            f"""#!/bin/sh
cd {tmp_path}
echo "$*" >>calls
case "$1" in
    pull) {pull.replace("exit 0", "cp after before")} ;;
    image) test -s before && cat before ;;
esac
"""
        )
        program.chmod(0o755)
        return {**os.environ, "CDK_DOCKER": str(program)}

    return make


def _calls(tmp_path: Path) -> Sequence[str]:
    calls = tmp_path / "calls"
    return calls.read_text().splitlines() if calls.exists() else []


def test_newest_image_of_the_registry_replaces_the_local_copy(
    make_docker: MakeDocker, tmp_path: Path
) -> None:
    repository = AWS.partition(":")[0]
    env = make_docker(before=_image(f"{repository}@{OLD}"), after=_image(f"{repository}@{NEW}"))
    pin = find_pin(AWS, platform="linux/arm64", env=env)
    assert BaseImage(name=AWS, pin=pin).reference == f"{repository}@{NEW}"
    assert BaseImage(name=AWS, pin=pin).digest == NEW
    assert f"pull --quiet --platform=linux/arm64 {AWS}" in _calls(tmp_path)


def test_local_image_is_identified_and_never_looked_for_in_a_registry(
    make_docker: MakeDocker, tmp_path: Path
) -> None:
    """Docker cannot build on the digest of an image that no registry has."""
    env = make_docker(before=_image())
    image = BaseImage(name="our/base", pin=find_pin("our/base", platform="linux/amd64", env=env))
    assert (image.reference, image.digest) == ("our/base", ID)
    assert _calls(tmp_path) == ["image inspect our/base"]


def test_podman_is_understood(make_docker: MakeDocker) -> None:
    """It gives IDs without an algorithm, two digests, and names with a host."""
    digests = [f"docker.io/library/python@{NEW}", f"docker.io/library/python@{OLD}"]
    env = make_docker(after=_image(*digests))
    assert find_pin("python:3.13", platform="linux/amd64", env=env) == sorted(digests)[0]
    env = make_docker(before=_image(id_="2" * 64))
    assert find_pin("our/base", platform="linux/amd64", env=env) == ID


def test_port_of_a_registry_is_no_tag(make_docker: MakeDocker) -> None:
    env = make_docker(after=_image(f"localhost:5000/base@{NEW}"))
    pin = find_pin("localhost:5000/base", platform="linux/amd64", env=env)
    assert pin == f"localhost:5000/base@{NEW}"


@pytest.mark.parametrize("local", [True, False])
def test_without_a_network_one_sentence_says_what_is_used(
    make_docker: MakeDocker, capsys: pytest.CaptureFixture[str], local: bool
) -> None:
    failure = 'echo "Error: dial tcp: no such host." >&2; exit 1'
    env = make_docker(before=_image() if local else "", pull=failure)
    pin = find_pin(AWS, platform="linux/amd64", env=env)
    assert BaseImage(name=AWS, pin=pin).reference == AWS
    assert BaseImage(name=AWS, pin=pin).digest == (ID if local else "")
    *_, warning = capsys.readouterr().err.splitlines()
    assert warning == (
        f"A newer {AWS} may exist, but could not be looked for (Error: dial tcp: no such host); "
        f"{'the local copy' if local else 'its tag'} is used."
    )


def test_missing_docker_is_no_reason_to_stop(capsys: pytest.CaptureFixture[str]) -> None:
    assert find_pin(AWS, platform="linux/amd64", env={"CDK_DOCKER": "/none/docker"}) == ""
    assert "No such file or directory" in capsys.readouterr().err


def test_digest_in_the_settings_is_used_as_it_is(make_docker: MakeDocker, tmp_path: Path) -> None:
    name = f"{AWS}@{OLD}"
    assert find_pin(name, platform="linux/amd64", env=make_docker()) == ""
    assert BaseImage(name=name).reference == name
    assert BaseImage(name=name).digest == OLD
    assert _calls(tmp_path) == []


def test_pins_are_read_from_the_context_of_cdk() -> None:
    context = {"memory": "4096", "aws:cdk:path": "x", f"{CONTEXT_PREFIX}{AWS}": f"a@{NEW}"}
    assert read_pins(context) == {AWS: f"a@{NEW}"}
