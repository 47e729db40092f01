"""``evaluate --record`` writes the agreement by group into a bundle, which stays valid."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from essay_scorer import BundleError
from essay_scorer.cli.entry_point import main
from essay_scorer.model.bundle import verify_bundle


@pytest.fixture
def bundle(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained / "bundle", tmp_path / "bundle"))


def _command(essays: pd.DataFrame, folder: Path, bundle: Path) -> list[str]:
    data = folder / "essays.csv"
    even = ["even" if number % 2 else "odd" for number in range(len(essays))]
    essays.assign(number=even, score=essays["score"] / 2).to_csv(data, index=False)
    return [
        *("evaluate", "--data", str(data), "--split", "all", "--other-scale"),
        *("--bundle", str(bundle), "--record", "sixty made-up essays"),
    ]


def test_the_card_and_the_manifest_state_the_same(
    essays: pd.DataFrame, tmp_path: Path, bundle: Path
) -> None:
    command = [*_command(essays, tmp_path, bundle), "--group", "number"]
    assert main(command) == 0
    once = (bundle / "README.md").read_text(encoding="utf-8")
    assert main(command) == 0
    card = (bundle / "README.md").read_text(encoding="utf-8")
    assert card == once
    assert "Measured on 60 essays: sixty made-up essays." in card
    recorded = verify_bundle(bundle).metrics["fairness"]
    assert (recorded["source"], recorded["essays"]) == ("sixty made-up essays", 60)
    assert recorded["groups"]["number"].keys() == {"even", "odd"}
    for name, group in recorded["groups"]["number"].items():
        smd = group["smd"]["value"]
        assert f"| number | {name} | 30 |" in card
        assert f"| {round(smd, 2) + 0.0:+.2f} (" in card


def test_the_rest_of_the_card_stays(
    essays: pd.DataFrame, tmp_path: Path, bundle: Path, trained: Path
) -> None:
    assert main([*_command(essays, tmp_path, bundle), "--group", "number"]) == 0
    before = (trained / "bundle" / "README.md").read_text(encoding="utf-8")
    after = (bundle / "README.md").read_text(encoding="utf-8")
    assert before.split("## Fairness")[0] == after.split("## Fairness")[0]
    assert before.split("## Limits")[1] == after.split("## Limits")[1]
    assert (
        verify_bundle(bundle).metrics["test"] == verify_bundle(trained / "bundle").metrics["test"]
    )


def test_there_must_be_a_group(
    essays: pd.DataFrame, tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(_command(essays, tmp_path, bundle)) == 1
    assert "needs at least one --group" in capsys.readouterr().err


def test_an_altered_bundle_stays_altered(
    essays: pd.DataFrame, tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Recording must not bless a card that somebody changed."""
    card = bundle / "README.md"
    card.write_text(card.read_text(encoding="utf-8").replace("teacher", "machine"), "utf-8")
    assert main([*_command(essays, tmp_path, bundle), "--group", "number"]) == 1
    assert capsys.readouterr().err
    with pytest.raises(BundleError):
        verify_bundle(bundle)
