"""The image of a deployment: what it holds, what runs in it, and what that may do."""

import json
import os
import subprocess
import sys
from pathlib import Path
from socket import SOCK_STREAM
from typing import Any

import psutil
import pytest
from infra.cdk_cli import ROOT
from infra.image import DOCKERFILE, build_args
from infra.operations import Operator

from local_aws import base_images
from local_aws.deployment import Cloud
from local_aws.engine import CLIENT
from local_aws.prerequisites import CANNOT_RUN
from local_aws.tests.calls import FRENCH_REQUEST, curl
from local_aws.tests.copies import copy_repository
from local_aws.tests.pushed_images import list_pushed_images
from local_aws.tests.shared_clouds import list_processes

MAX_ADDED_BYTES = 250e6  # by the build, to the base image
SNAP_START_LABEL = "com.amazonaws.lambda.feature.snapstart"


@pytest.fixture
def image(cloud: Cloud, outputs: dict[str, str]) -> str:
    """The image that the function runs."""
    function = cloud.client("lambda").get_function(FunctionName=outputs["FunctionName"])
    return str(function["Code"]["ImageUri"])


@pytest.fixture
def container(cloud: Cloud, url: str) -> str:
    """A container in which the function has scored."""
    curl(url, "--data", FRENCH_REQUEST)
    return cloud.environments()[0]


def test_function_runs_the_pushed_image(cloud: Cloud, image: str) -> None:
    (pushed,) = list_pushed_images(cloud)
    assert image.endswith(f":{pushed['imageTags'][0]}")


def test_build_adds_little_to_the_base_image(cloud: Cloud, image: str) -> None:
    added = cloud.engine.size(image) - cloud.engine.size(base_images.FUNCTION_IMAGE)
    print(f"the build adds {added / 1e6:.0f} MB")
    assert added <= MAX_ADDED_BYTES


def test_it_may_start_from_a_snapshot_on_any_base(cloud: Cloud, image: str) -> None:
    label = f'{{{{index .Config.Labels "{SNAP_START_LABEL}"}}}}'
    assert cloud.engine.docker("image", "inspect", "--format", label, image).strip() == "Allow"


def test_change_of_code_leaves_the_layers_of_packages_and_model(
    cloud: Cloud, operator: Operator, image: str, tmp_path: Path
) -> None:
    """Also on another machine, which has no cache, another umask and other times."""
    copy_repository(tmp_path)
    with (tmp_path / "src" / "essay_scorer" / "scorer.py").open("a") as code:
        code.write("# A comment.\n")
    for path in (tmp_path / "models").rglob("*"):
        path.chmod(path.stat().st_mode | 0o020)
        os.utime(path)
    options = [f"--build-arg={n}={v}" for n, v in build_args(operator.settings, tmp_path).items()]
    file = f"--file={tmp_path / DOCKERFILE}"
    build = ("build", "--quiet", "--no-cache", file, *options, str(tmp_path))
    changed = cloud.engine.docker(*build).strip()
    *others, code_layer = _own_layers(cloud, changed)
    *others_before, code_layer_before = _own_layers(cloud, image)
    assert others == others_before
    assert code_layer != code_layer_before


_LEARN_PROFILE = """
import json
from essay_scorer import Scorer
texts = ["The town should keep its library open. " * times for times in range(2, 9)]
print(json.dumps(Scorer.load().adapt(texts, [4, 7, 9, 11, 13, 14, 17], scale="0-20").to_dict()))
"""


def test_a_teachers_profile_is_packed_into_the_image(
    cloud: Cloud, operator: Operator, container: str, tmp_path: Path
) -> None:
    profile = json.loads(cloud.engine.docker("exec", container, "python3", "-c", _LEARN_PROFILE))
    copy_repository(tmp_path)
    path = tmp_path / "profiles" / "school.json"
    path.parent.mkdir()
    path.write_text(json.dumps(profile), encoding="utf-8")
    settings = operator.settings.model_copy(update={"profile": "profiles/school.json"})
    options = [f"--build-arg={n}={v}" for n, v in build_args(settings, tmp_path).items()]
    build = ("build", "--quiet", f"--file={tmp_path / DOCKERFILE}", *options, str(tmp_path))
    image = cloud.engine.docker(*build).strip()
    run = ("run", "--rm", "--workdir=/var/task", "--entrypoint=python3")
    code = ("-c", "import main; print(main.scorer.scale)")
    packed = "--env=ESSAY_SCORER_PROFILE=/var/task/profile.json"
    assert cloud.engine.docker(*run, packed, image, *code).strip() == "0 to 20"
    profile["bundle"]["version"] = "0.9"
    path.write_text(json.dumps(profile), encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"learned with essay-scorer-en 0\.9"):
        cloud.engine.docker(*build)


def _own_layers(cloud: Cloud, image: str) -> list[str]:
    """Return the digests of the layers of packages, model and code."""
    layers = cloud.engine.docker("image", "inspect", "--format={{json .RootFS.Layers}}", image)
    return json.loads(layers)[-3:]  # type: ignore[no-any-return]


def test_its_botocore_calls_s3(cloud: Cloud, container: str) -> None:
    code = (
        "import botocore.session; s3 = botocore.session.get_session().create_client('s3'); "
        "print(*(bucket['Name'] for bucket in s3.list_buckets()['Buckets']))"
    )
    assert "cdk-hnb659fds-assets-" in cloud.engine.docker("exec", container, "python3", "-c", code)


def test_it_runs_as_nobody_and_writes_only_to_tmp(cloud: Cloud, container: str) -> None:
    python = ("exec", container, "python3", "-c")
    assert cloud.engine.docker(*python, "import os; print(os.getuid())").strip() == "65534"
    for folder in ("/", "/var/task", "/var/task/bundle", "/usr/bin"):
        with pytest.raises(RuntimeError, match=r"Permission denied|Read-only file system"):
            cloud.engine.docker(*python, f"open('{folder}/x', 'w')")
    cloud.engine.docker(*python, "open('/tmp/x', 'w')")
    as_root = ("exec", "--user=0", *python[1:])  # to whom permissions do not apply
    for folder in ("/", "/var/task"):
        with pytest.raises(RuntimeError, match="Read-only file system"):
            cloud.engine.docker(*as_root, f"open('{folder}/x', 'w')")


def test_it_has_only_the_programs_that_it_starts(cloud: Cloud, container: str) -> None:
    code = (
        "import os; print(*{n for d in ('/bin', '/sbin', '/usr/local/bin') for n in os.listdir(d)})"
    )
    programs = cloud.engine.docker("exec", container, "python3", "-c", code).split()
    assert set(programs) == {"aws-lambda-rie", "bash", "dash", "python3", "python3.13", "sh"}
    with pytest.raises(RuntimeError, match="No module named pip"):
        cloud.engine.docker("exec", container, "python3", "-m", "pip", "--version")


def test_second_local_deployment_is_refused(cloud: Cloud) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "local_aws"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert second.returncode == CANNOT_RUN
    assert second.stderr == "Another local deployment is running; end that one first.\n"


def test_everything_listens_on_loopback_only(
    request: pytest.FixtureRequest, container: str
) -> None:
    sockets = [
        (name, socket)
        for process in list_processes(request.config)
        for name, socket in _list_sockets(process)
        if socket.status == psutil.CONN_LISTEN or not (socket.raddr or socket.type == SOCK_STREAM)
    ]
    assert {"docker-proxy"} <= {name for name, _ in sockets}
    assert {socket.laddr.ip for _, socket in sockets} == {"127.0.0.1"}


def _list_sockets(process: psutil.Process) -> list[tuple[str, Any]]:
    """Return the name of a process with each of its sockets; nothing if it has just ended."""
    try:
        return [(process.name(), socket) for socket in process.net_connections("inet")]
    except psutil.NoSuchProcess:
        return []


def test_it_holds_only_runtime_bundle_and_handler(cloud: Cloud, container: str) -> None:
    names = _list_folder(cloud, container, "/var/task")
    packages = {name for name in names if not name.endswith((".dist-info", ".so"))}
    assert packages == {
        "__pycache__", "botocore", "bundle", "dateutil", "essay_scorer", "fasttext", "jmespath",
        "main.py", "numpy", "numpy.libs", "onnxruntime", "six.py", "tokenizers", "urllib3",
    }  # fmt: skip
    assert "lab" not in _list_folder(cloud, container, "/var/task/essay_scorer")


def _list_folder(cloud: Cloud, container: str, folder: str) -> list[str]:
    code = f"import os; print(*os.listdir('{folder}'))"
    return cloud.engine.docker("exec", container, "python3", "-c", code).split()


def test_bill_of_materials_lists_the_system_packages(
    cloud: Cloud, image: str, tmp_path: Path
) -> None:
    out = tmp_path / "sbom.json"
    subprocess.run(
        ["make", "sbom", f"DOCKER={CLIENT}", f"IMAGE={image}", f"ARGS=--out={out}"],
        cwd=ROOT,
        env={**os.environ, **cloud.engine.env},
        check=True,
    )
    listed = {
        f"{component['name']} {component['version']}"
        for component in json.loads(out.read_bytes())["components"]
        if component.get("purl", "").startswith("pkg:deb/")
    }
    query = ("run", "--rm", "--entrypoint=dpkg-query", base_images.FUNCTION_IMAGE, "-W", "-f")
    installed = cloud.engine.docker(*query, "${Package} ${Version}\n").splitlines()
    assert listed == set(installed)
