"""Start the local server, send it four texts over HTTP, and print the scores."""

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
TEXTS = ("weak", "middling", "strong", "gibberish")
INDENT = 14  # characters, the width of the first column
MAX_QUOTED_CHARACTERS = 60


def post(address: str, text: str) -> dict[str, Any]:
    """Send one essay as any client would, and return the JSON of the response."""
    request = urllib.request.Request(
        f"{address}model/predict",
        json.dumps({"text": text, "explain": True}).encode(),
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        score: dict[str, Any] = json.load(response)
    return score


def describe(name: str, text: str, score: dict[str, Any]) -> str:
    """Return two lines: the score of a text, and the sentence that contributes most."""
    scale, interval = score["scale"], score["interval"]
    line = (
        f"{name + '.txt':<{INDENT}}{len(text.split()):>3} words   "
        f"score {score['essay score']} on {scale['min']}-{scale['max']}   "
        f"raw {score['raw']:.2f}   "
        f"{interval['coverage']:.0%} interval {interval['low']}-{interval['high']}"
    )
    if score["review"]:
        line += f"   review: {', '.join(score['flags']) or 'uncertain score'}"
    best = max(score["explanation"]["sentences"], key=lambda sentence: sentence["contribution"])
    quoted = best["text"][:MAX_QUOTED_CHARACTERS]
    return f"{line}\n{'':<{INDENT}}{best['contribution']:+.2f} by \u201c{quoted}…\u201d"


def main() -> None:
    """Serve, score the examples, and keep serving until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--once", action="store_true", help="exit after the four texts")
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
    print(f"License of the model weights: {scorer.manifest.license}")
    if not options.once:
        print(f"Open {server.address} to score your own texts; Ctrl-C stops.", flush=True)
        try:
            serving.join()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
