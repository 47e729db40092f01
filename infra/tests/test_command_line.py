"""The operations as scripts and workflows call them: exit statuses, questions and files."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra import cdk_cli
from infra.account import OperationError
from infra.command_line import main
from infra.operations import Operator
from infra.published_versions import PruningPlan

OUTPUTS = {"Url": "https://x.lambda-url.y.on.aws/", "Version": "7"}
PLAN = PruningPlan(function="f", kept={2: "live"}, deleted=[1])


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the operations that were called; none reaches an account."""
    recorded: list[str] = []

    def record(name: str, result: Any = None) -> None:
        def operation(_operator: Operator, *_: object, **__: object) -> Any:
            recorded.append(name)
            return result

        monkeypatch.setattr(Operator, name, operation)

    for name in ("bootstrap", "check_account", "diff", "smoke_test", "rollback", "prune"):
        record(name)
    record("deploy", OUTPUTS)
    record("destroy", [])
    record("plan_pruning", [PLAN])
    return recorded


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that sets what a person at a terminal answers."""

    def set_answer(text: str) -> None:
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda _question: text)

    return set_answer


@pytest.fixture
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)


@pytest.mark.usefixtures("no_terminal")
@pytest.mark.parametrize(
    ("operation", "called"), [("deploy", []), ("destroy", []), ("prune", ["plan_pruning"])]
)
def test_without_a_terminal_nothing_is_done_and_the_status_says_so(
    calls: list[str], capsys: pytest.CaptureFixture[str], operation: str, called: list[str]
) -> None:
    assert main([operation]) == 1
    assert capsys.readouterr().err == (
        "Nothing was done: without a terminal, confirm with YES=1.\n"
    )
    assert calls == called


@pytest.mark.parametrize(
    ("operation", "called"),
    [
        ("deploy", ["check_account", "diff"]),
        ("destroy", []),
        ("prune", ["plan_pruning"]),
    ],
)
def test_refusal_is_a_failure(
    calls: list[str],
    answer: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    operation: str,
    called: list[str],
) -> None:
    answer("n")
    assert main([operation]) == 1
    assert capsys.readouterr().err == "Nothing was done, because you did not confirm.\n"
    assert calls == called
    answer("y")
    assert main([operation]) == 0


@pytest.mark.usefixtures("no_terminal")
def test_account_is_checked_before_anything_else(
    calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_operator: Operator) -> None:
        raise OperationError("Too small.")

    monkeypatch.setattr(Operator, "check_account", fail)
    assert main(["deploy", "--yes"]) == 1
    assert calls == []


@pytest.mark.usefixtures("no_terminal")
def test_deploy_writes_the_outputs(calls: list[str], tmp_path: Path) -> None:
    path = tmp_path / "outputs.json"
    assert main(["deploy", "--yes", f"--outputs={path}"]) == 0
    assert json.loads(path.read_text()) == OUTPUTS
    assert calls == ["check_account", "diff", "deploy"]


@pytest.mark.usefixtures("no_terminal")
def test_deployment_that_fails_leaves_no_older_outputs(
    calls: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_operator: Operator) -> None:
        raise cdk_cli.CdkError("cdk deploy failed.")

    monkeypatch.setattr(Operator, "deploy", fail)
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps(OUTPUTS))
    assert main(["deploy", "--yes", f"--outputs={path}"]) == 1
    assert json.loads(path.read_text()) == {}


@pytest.mark.usefixtures("no_terminal")
def test_outputs_that_cannot_be_written_stop_before_the_deployment(
    calls: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["deploy", "--yes", f"--outputs={tmp_path / 'none' / 'file'}"]) == 1
    assert "cannot be written: No such file or directory." in capsys.readouterr().err
    assert "deploy" not in calls


@pytest.mark.usefixtures("no_terminal")
def test_rollback_without_an_earlier_version_fails(
    calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_operator: Operator) -> None:
        raise OperationError("Version 1 is the first; there is no version to roll back to.")

    monkeypatch.setattr(Operator, "rollback", fail)
    assert main(["rollback"]) == 1


@pytest.mark.usefixtures("no_terminal")
@pytest.mark.parametrize(
    ("operation", "called"),
    [
        ("bootstrap", ["bootstrap"]),
        ("diff", ["diff"]),
        ("smoke", ["smoke_test"]),
        ("rollback", ["rollback"]),
        ("go-back", ["rollback"]),
    ],
)
def test_operations_that_need_no_confirmation(
    calls: list[str], operation: str, called: list[str]
) -> None:
    assert main([operation]) == 0
    assert calls == called


def test_plan_of_prune_is_shown_before_the_question(
    calls: list[str], answer: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    answer("")
    assert main(["prune", "--keep=1"]) == 1
    assert capsys.readouterr().out == "f: keep 2 (live); delete 1\n"
    assert calls == ["plan_pruning"]


@pytest.mark.parametrize("keep", ["0", "-1", "many"])
def test_prune_keeps_at_least_one_version(calls: list[str], keep: str) -> None:
    with pytest.raises(SystemExit):
        main(["prune", "--yes", f"--keep={keep}"])
    assert calls == []


def test_settings_file_is_named_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CDK gets its name, and reads it again."""
    path = tmp_path / "prod.toml"
    path.write_text('name = "prod"\nmemory = 4096\nbase_image = "a@sha256:0"\n')
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(cdk_cli, "run", lambda *command, **_: commands.append(command))
    assert main(["diff", f"settings={path}", "timeout=60"]) == 0
    synth, diff = commands
    assert (synth[0], diff[0]) == ("synth", "diff")
    assert synth[-2:] == (f"--context=settings={path}", "--context=timeout=60")


@pytest.mark.usefixtures("no_terminal")
def test_interruption_is_no_error_message(
    calls: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_operator: Operator) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Operator, "diff", interrupt)
    assert main(["deploy", "--yes"]) == 130
    assert capsys.readouterr().err == ""


def test_failed_installation_of_cdk_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cdk_cli, "CDK", tmp_path / "none")
    monkeypatch.setattr(cdk_cli, "NPM", tmp_path / "npm-cli.js")
    (tmp_path / "npm-cli.js").write_text("process.exit(1)")
    assert main(["diff", "base_image=a@sha256:0"]) == 1
    assert capfd.readouterr().err == "npm could not install the CDK CLI.\n"
