"""Start the local server, send it four texts over HTTP, and print what comes back."""

import argparse
import json
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Any

from essay_scorer import Scorer, ScorerError
from essay_scorer.serving.server import LocalServer

HERE = Path(__file__).parent
TEXTS = ("weak", "middling", "strong", "nonsense")


def post(address: str, text: str) -> dict[str, Any]:
    """Send one essay as any client would."""
    request = urllib.request.Request(
        f"{address}model/predict",
        json.dumps({"text": text, "explain": True}).encode(),
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def describe(name: str, text: str, answer: dict[str, Any]) -> str:
    """Return a line about an answer, and one about its reasons."""
    scale, interval = answer["scale"], answer["interval"]
    line = (
        f"{name + '.txt':<13}{len(text.split()):>4} words   "
        f"score {answer['essay score']} on {scale['min']}-{scale['max']}   "
        f"raw {answer['raw']:.2f}   "
        f"{interval['coverage']:.0%} interval {interval['low']}-{interval['high']}"
    )
    if answer["review"]:
        line += f"   for a person: {', '.join(answer['flags']) or 'a doubtful score'}"
    best = max(answer["explanation"]["sentences"], key=lambda one: one["contribution"])
    return f"{line}\n{'':<13}{best['contribution']:+.2f} by \u201c{best['text'][:60]}…\u201d"


def main() -> None:
    """Serve, score, and go on serving unless told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--once", action="store_true", help="stop after the four texts")
    options = parser.parse_args()
    try:
        scorer = Scorer.load()
        server = LocalServer(scorer, port=options.port)
    except ScorerError as error:
        sys.exit(f"demo: {error}")
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    for name in TEXTS:
        text = (HERE / f"{name}.txt").read_text(encoding="utf-8")
        print(describe(name, text, post(server.address, text)))
    print(f"Licence of the model's weights: {scorer.manifest.licence}")
    if not options.once:
        print(f"Open {server.address} to score your own; Ctrl-C stops.", flush=True)
        try:
            serving.join()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
