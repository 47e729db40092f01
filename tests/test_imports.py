"""What a new interpreter imports: the reason why the first score is fast."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "torch", "keras", "pandas", "pydantic", "boto3", "botocore", "aws_cdk", "sklearn", "scipy",
    "transformers", "huggingface_hub", "onnx", "matplotlib", "rich", "nltk", "tensorflow",
    "google", "sympy", "requests", "httpx",
}  # fmt: skip


FUNCTION = Path(__file__).resolve().parents[1] / "image" / "src"


def _run(code: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    program = f"import sys\n{code}\nprint()\nimport json\nprint(json.dumps(list(sys.modules)))"
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
        cwd=FUNCTION,
    )


def _loaded(code: str, **variables: str) -> set[str]:
    result = _run(code, **variables)
    return {name.partition(".")[0] for name in json.loads(result.stdout.splitlines()[-1])}


def test_importing_the_package_imports_no_third_party_package() -> None:
    assert not _loaded("import essay_scorer") & (HEAVY | {"numpy", "onnxruntime", "tokenizers"})


@pytest.mark.parametrize(
    "code",
    [
        "import essay_scorer; essay_scorer.Scorer.load().score('An essay.')",
        "import main; main.handler({'text': 'An essay.'}, None)",
    ],
)
def test_scoring_imports_no_heavy_package(code: str) -> None:
    loaded = _loaded(code)
    assert "onnxruntime" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize("initialization", ["snap-start", "provisioned-concurrency"])
def test_a_function_that_starts_ahead_loads_what_a_score_may_need(initialization: str) -> None:
    """No request waits for it, so it loads everything that a request would load otherwise."""
    loaded = _loaded("import main", AWS_LAMBDA_INITIALIZATION_TYPE=initialization)
    requests = "[main.handler({'text': t}, None) for t in ('An essay.', main.WARM_UP_TEXT)]"
    assert "fasttext" in loaded
    assert _loaded(f"import main; {requests}") <= loaded
    assert not loaded & HEAVY


def test_a_function_that_starts_ahead_logs_no_request() -> None:
    assert not _run("import main", AWS_LAMBDA_INITIALIZATION_TYPE="snap-start").stderr


def test_a_function_that_starts_on_demand_loads_only_what_every_score_needs() -> None:
    assert "fasttext" not in _loaded("import main", AWS_LAMBDA_INITIALIZATION_TYPE="on-demand")


def test_a_command_imports_only_what_it_needs() -> None:
    loaded = _loaded("from essay_scorer.cli import main; main(['bundle', 'show'])")
    assert not loaded & (HEAVY | {"onnxruntime", "tokenizers"})


def test_scoring_writes_nothing_to_the_home_folder(tmp_path: Path) -> None:
    """onnxruntime would store a device ID and telemetry."""
    code = "import essay_scorer; essay_scorer.Scorer.load().score('An essay.')"
    home = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    home.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-c", code], check=True, env=home)
    assert list(tmp_path.rglob("*")) == []
