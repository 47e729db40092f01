"""Profiles with real texts: learning, scoring, and the shell."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from essay_scorer import BundleInvalid, InvalidProfile, NoWords, Profile, Score, Scorer
from essay_scorer.cli import main
from essay_scorer.serving.application import Application
from essay_scorer.serving.messages import Request
from tests.essay_files import write_csv
from tests.hang import HANG_SECONDS

FRENCH = [
    f"La ville devrait garder sa bibliothèque ouverte le dimanche. {more}" * times
    for times, more in enumerate(
        [
            "Les enfants y lisent. ",
            "Les familles n’ont pas d’autre endroit pour travailler au calme. ",
            "On pourrait pourtant objecter que cela coûte cher à la commune. ",
            "Beaucoup d’élèves n’ont chez eux ni livres ni ordinateur, et la loi le prévoit. ",
            "Cependant, une bibliothèque ouverte rapporte davantage qu’elle ne coûte. ",
            "Enfin, le dimanche est le seul jour où les parents peuvent accompagner. ",
            "Il faudrait donc essayer pendant un an, puis compter les visiteurs. ",
        ],
        1,
    )
]
MARKS = [4, 6, 9, 11, 13, 15, 17]


@pytest.fixture(scope="module")
def profile(scorer: Scorer) -> Profile:
    return scorer.adapt(FRENCH, MARKS, scale="0-20")


@pytest.fixture(scope="module")
def profile_file(profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("profile") / "class.json"
    profile.save(path)
    return path


def test_a_class_in_french_gets_marks_on_its_own_scale(scorer: Scorer, profile: Profile) -> None:
    long, short = (scorer.score(text, profile=profile) for text in (FRENCH[5], FRENCH[0]))
    assert long.value > short.value
    assert (long.scale.min, long.scale.max) == (0, 20)
    assert long.interval.low <= long.value <= long.interval.high
    assert "not_english" in long.flags
    assert Score.from_dict(long.to_dict()).to_dict() == long.to_dict()


def test_another_language_alone_asks_for_no_person(scorer: Scorer, profile: Profile) -> None:
    relaxed = Scorer.load(review_share=0)
    score = relaxed.score(FRENCH[3], profile=profile)
    assert {"not_english"} <= set(score.flags) <= {"not_english", "too_short", "repetitive"}
    assert score.review == ("repetitive" in score.flags)
    assert scorer.score(FRENCH[3]).review


def test_an_explanation_is_in_the_teachers_points(scorer: Scorer, profile: Profile) -> None:
    score = scorer.score(FRENCH[4], profile=profile, explain=True)
    assert score.explanation is not None
    assert score.explanation.sentences
    assert score.explanation.observations == ()


def test_a_scorer_with_a_profile_scores_by_it(scorer: Scorer, profile: Profile) -> None:
    adapted = scorer.with_profile(profile)
    assert adapted.score(FRENCH[2]) == scorer.score(FRENCH[2], profile=profile)
    assert scorer.score(FRENCH[2]).scale == scorer.manifest.scale


def test_letters_are_written_as_letters(scorer: Scorer) -> None:
    letters = scorer.adapt(FRENCH, ["F", "D", "D", "C", "B", "B", "A"])
    score = scorer.score(FRENCH[6], profile=letters)
    assert score.label == letters.scale.labels[int(score.value)]
    assert score.to_dict()["label"] == score.label
    assert Score.from_dict(score.to_dict()).label == score.label


def test_a_profile_of_another_bundle_is_refused(scorer: Scorer, profile: Profile) -> None:
    table = profile.to_dict()
    table["bundle"] = {**table["bundle"], "version": "0.9"}
    other = Profile.from_dict(table)
    with pytest.raises(InvalidProfile, match=r"0\.9, not with essay-scorer-en"):
        scorer.score(FRENCH[0], profile=other)
    with pytest.raises(InvalidProfile):
        scorer.with_profile(other)


def test_a_bundle_without_typical_essays_says_so(scorer: Scorer) -> None:
    bare = Scorer(manifest=scorer.manifest, reader=scorer._reader)
    with pytest.raises(BundleInvalid, match=r"has no adaptation\.npy.*train the bundle"):
        bare.suggest_first(FRENCH)


def test_a_text_without_words_is_refused(scorer: Scorer) -> None:
    with pytest.raises(NoWords):
        scorer.adapt([*FRENCH, "123"], [*MARKS, 5], scale="0-20")


def test_the_vector_of_an_essay_is_small_and_does_not_change_the_score(scorer: Scorer) -> None:
    score = scorer.score(FRENCH[2], features=True)
    assert score.features is not None
    assert len(json.dumps(score.features.to_dict())) < 8 * 1024
    assert scorer.score(FRENCH[2]).raw == score.raw
    assert scorer.score(FRENCH[2]).features is None
    assert Score.from_dict(score.to_dict()).features == score.features


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    """A table with marks, one of them absent, and a row without a text."""
    rows = [
        {"student": f"s{n}", "essay": text, "mark": mark}
        for n, (text, mark) in enumerate(zip(FRENCH, ["4,5", *map(str, MARKS[1:])], strict=True))
    ]
    extra = [{"student": "s8", "essay": "Une copie de plus, sans note.", "mark": "absent"}]
    return write_csv(tmp_path / "marked.csv", [*rows, *extra, {**extra[0], "essay": " "}])


def test_the_shell_learns_a_profile_and_scores_by_it(
    marked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "class.json"
    assert main(["adapt", str(marked), "--scale", "0-20", "--out", str(out)]) == 0
    printed, errors = capsys.readouterr()
    assert "7 marks on the scale 0 to 20 in steps of 0.5" in printed
    assert "number of words alone" in printed
    assert "left out 1 rows without a text" in errors
    essay = tmp_path / "essay.txt"
    essay.write_text(FRENCH[3], encoding="utf-8")
    assert main(["score", str(essay), "--profile", str(out)]) == 0
    assert "on the scale 0-20" in capsys.readouterr().out
    results = tmp_path / "results.csv"
    assert main(["batch", str(marked), str(results), "--profile", str(out)]) == 3
    header, first, *_ = results.read_text(encoding="utf-8").splitlines()
    assert "scale_max" in header
    assert ",0,20,0.5," in first


def test_the_shell_names_the_essays_to_mark_first(
    marked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["adapt", str(marked), "--first", "3"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize(
    ("scale", "mark", "reason"),
    [
        ("0-20", "very good", "The mark of line 2 is not a mark: 'very good'"),
        ("0-20", "25", "The mark of line 2, 25, is not on the scale"),
        ("0-10000", "4", "more than 1,001 levels; give a larger step"),
        ("five", "4", "'five' is not a scale; write one like 0-20"),
    ],
)
def test_the_shell_refuses_in_one_line(
    marked: Path, scale: str, mark: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    marked.write_text(marked.read_text("utf-8").replace('"4,5"', mark), "utf-8")
    assert main(["adapt", str(marked), "--scale", scale]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert reason in errors[-1]


def test_a_profile_that_is_none_is_refused_by_every_command(tmp_path: Path) -> None:
    wrong, essay = tmp_path / "wrong.json", write_csv(tmp_path / "a.csv", [{"text": "One."}])
    wrong.write_text("{}", encoding="utf-8")
    for command in (
        ["score", str(essay)],
        ["batch", str(essay), str(tmp_path / "out.csv")],
        ["serve", "--port", "0"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "essay_scorer.cli", *command, "--profile", str(wrong)],
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
            check=False,
        )
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert "not a profile of format 1" in line


def test_a_server_scores_by_the_profile_of_a_request(
    profile: Profile, call: Callable[..., tuple[int, dict[str, object]]]
) -> None:
    status, body = call({"text": FRENCH[3], "profile": profile.to_dict()})
    assert status == 200
    assert body["scale"] == {"min": 0, "max": 20}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("profile", {}, "invalid_profile"),
        ("profile", "class.json", "invalid_profile"),
        ("features", "yes", "features_not_a_boolean"),
    ],
)
def test_a_server_refuses_what_is_no_profile(
    field: str, value: object, code: str, call: Callable[..., tuple[int, dict[str, object]]]
) -> None:
    status, body = call({"text": FRENCH[3], field: value})
    assert status == 422
    assert body["error"]["code"] == code  # type: ignore[index]


@pytest.fixture
def call(scorer: Scorer) -> Callable[..., tuple[int, dict[str, object]]]:
    """Call the application without a socket."""
    application = Application(scorer)

    def call(value: object) -> tuple[int, dict[str, object]]:
        response = application(
            Request(method="POST", path="/", headers={}, body=json.dumps(value).encode())
        )
        return response.status, json.loads(response.body)

    return call
