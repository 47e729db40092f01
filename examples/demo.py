"""Start the local server, send it three essays over HTTP, and print what comes back."""

import argparse
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ESSAYS = ("weak", "middling", "strong")
PATIENCE = 60.0  # seconds


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return once the server answers; leave with its status if it ends first."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if (status := server.poll()) is not None:
            sys.exit(status)
        try:
            with urllib.request.urlopen(f"{address}health", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.05)
    sys.exit("demo: the server did not start within a minute")


def post(address: str, text: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{address}model/predict", json.dumps({"text": text}).encode(), method="POST"
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def describe(name: str, text: str, answer: dict[str, Any]) -> str:
    scale, interval = answer["scale"], answer["interval"]
    line = (
        f"{name:>10}.txt  {len(text.split()):4} words   "
        f"score {answer['essay score']} on {scale['min']}-{scale['max']}   "
        f"raw {answer['raw']:.2f}   "
        f"{interval['coverage']:.0%} interval {interval['low']}-{interval['high']}"
    )
    if answer["review"]:
        line += f"   a person should read it: {', '.join(answer['flags'])}"
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--once", action="store_true", help="stop after the three essays")
    options = parser.parse_args()
    address = f"http://127.0.0.1:{options.port}/"
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", str(options.port)]
    server = subprocess.Popen(command)
    try:
        wait_for(address, server)
        for name in ESSAYS:
            text = (HERE / f"{name}.txt").read_text(encoding="utf-8")
            print(describe(name, text, post(address, text)))
        print("The model's weights are under CC BY-NC-SA 4.0: not for commercial use.")
        if not options.once:
            print(f"Open {address} to score your own; Ctrl-C stops.", flush=True)
            server.wait()
    except KeyboardInterrupt:
        pass
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
