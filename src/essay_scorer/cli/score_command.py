"""``essay-scorer score``: score one essay."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from essay_scorer.cli import options as shared
from essay_scorer.cli.text_input import STANDARD_INPUT, read_text

if TYPE_CHECKING:
    from essay_scorer.explain.explanation import Explanation
    from essay_scorer.score import Score


def add_commands(commands: "shared.Subparsers") -> None:
    """Add the command to the parser."""
    command = shared.add_command(commands, "score", "score one essay")
    command.add_argument(
        "file",
        nargs="?",
        default=STANDARD_INPUT,
        metavar="FILE",
        help="a text, Word (.docx), OpenDocument, PDF, RTF or HTML file; default: standard input",
    )
    command.add_argument(
        "--prompt", type=Path, metavar="FILE", help="the assignment's text, to check the topic"
    )
    command.add_argument(
        "--explain",
        action="store_true",
        help="print each sentence's contribution, and which help most and least",
    )
    shared.add_heading_option(command)
    shared.add_json_option(command)
    shared.add_bundle_option(command)
    shared.add_profile_option(command)
    command.set_defaults(run=_score)


def _score(options: argparse.Namespace) -> None:
    text = _essay(options)
    prompt = read_text(str(options.prompt)) if options.prompt else None
    score = shared.load_scorer(options).score(text, prompt=prompt, explain=options.explain)
    if options.json:
        shared.print_json(score.to_dict())
    else:
        _print_score(score)


def _essay(options: argparse.Namespace) -> str:
    text = read_text(options.file)
    if not options.without_heading:
        return text
    from essay_scorer.documents.paper_heading import split_heading
    from essay_scorer.tables.paper_headings import describe_lines

    heading = split_heading(text)
    left_out = describe_lines(heading.lines)
    print(f"left out: {left_out}" if left_out else "no heading was found", file=sys.stderr)
    return heading.rest


def _print_score(score: "Score") -> None:
    scale, interval = score.scale, score.interval
    lowest, highest, low, high = map(
        scale.label, (scale.min, scale.max, interval.low, interval.high)
    )
    print(
        f"{scale.label(score.value)} on the scale {lowest}-{highest} (raw {score.raw:.2f}, "
        f"{interval.coverage:.0%} prediction interval {low}-{high})"
    )
    if score.review:
        uncertain = f"uncertain; {score.uncertainty:.0%} of essays get a more certain score"
        print(f"review: {', '.join(score.flags) or uncertain}")
    if score.explanation is not None:
        _print_explanation(score.explanation)


def _print_explanation(explanation: "Explanation") -> None:
    from essay_scorer.explain.highlights import HELPS, HELPS_LEAST

    words = {HELPS: "most", HELPS_LEAST: "least"}
    helps = {one.sentence: words[one.kind] for one in explanation.highlights}
    print("\npoints  helps  sentence")
    for number, sentence in enumerate(explanation.sentences):
        print(f"{sentence.contribution:+6.2f}  {helps.get(number, ''):<5}  {sentence.text}")
    if explanation.observations:
        print("\nmeasure           essay    typical of this score")
    for one in explanation.observations:
        print(f"{one.code.replace('_', ' '):<16} {one.value:>6.1f}    {one.low:.1f}-{one.high:.1f}")
