"""``essay-scorer serve`` and ``key``: the local server and its API keys."""

import argparse
import os
import signal
import sys
from pathlib import Path

from essay_scorer.cli import options as shared
from essay_scorer.contract import KEY_HASHES_VARIABLE
from essay_scorer.errors import FileError
from essay_scorer.extras import require


def add_commands(commands: "shared.Subparsers") -> None:
    """Add the commands to the parser."""
    command = shared.add_command(commands, "serve", "serve the page and the API on this machine")
    command.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    command.add_argument(
        "--port", type=shared.port, default=8000, help="the port to listen on; 0 chooses a free one"
    )
    command.add_argument(
        "--key-hash",
        action="append",
        default=[],
        metavar="HASH",
        help="require this API key for scores; may be repeated. Others come from the environment "
        f"variable {KEY_HASHES_VARIABLE}, separated by commas",
    )
    command.add_argument(
        "--key-hash-file",
        type=Path,
        metavar="FILE",
        help="require one of the API keys whose hashes a file has, one a line",
    )
    command.add_argument(
        "--cores",
        type=shared.count,
        metavar="N",
        help="cores that texts may use; default: all that this process has",
    )
    command.add_argument(
        "--log", action="store_true", help="print a line of JSON per request, without its text"
    )
    shared.add_bundle_option(command)
    shared.add_profile_option(command)
    command.set_defaults(run=_serve)

    command = shared.add_command(commands, "key", "generate an API key and its hash")
    command.set_defaults(run=_generate_key)


def _serve(options: argparse.Namespace) -> None:
    require("serve", "waitress", "prometheus_client")
    from essay_scorer.serving.keys import KeyHash
    from essay_scorer.serving.server import LocalServer

    keys = [KeyHash.parse(one) for one in _key_hashes(options)]
    server = LocalServer(
        shared.load_scorer(options, threads=options.cores),
        host=options.host,
        port=options.port,
        keys=keys,
        cores=options.cores,
        log=_write_line if options.log else lambda _line: None,
    )
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    print(f"listening on {server.address}", file=sys.stderr)
    server.run()


def _key_hashes(options: argparse.Namespace) -> list[str]:
    """Return the hashes of the command line, of the environment, and of the file.

    Raises:
        FileError: the file cannot be read, or has no hash, so that scores would need no key.
    """
    from_environment = os.environ.get(KEY_HASHES_VARIABLE, "").split(",")
    hashes = [*options.key_hash, *filter(None, map(str.strip, from_environment))]
    if options.key_hash_file is None:
        return hashes
    from essay_scorer.documents.decoding import decode_text

    try:
        lines = decode_text(options.key_hash_file.read_bytes()).split()
    except OSError as error:
        raise FileError(f"{options.key_hash_file} cannot be read.") from error
    if not lines:
        raise FileError(f"{options.key_hash_file} has no API-key hash.")
    return [*hashes, *lines]


def _write_line(line: str) -> None:
    """Write a line of the request log; a failure to do so does not fail the request."""
    try:
        os.write(sys.stdout.fileno(), line.encode())
    except OSError as error:
        print(f"a line of the request log is lost: {error.strerror}", file=sys.stderr)


def _generate_key(_options: argparse.Namespace) -> None:
    from essay_scorer.serving.keys import KeyHash, generate_key

    key = generate_key()
    print(f"key   {key}\nhash  {KeyHash.of(key)}")
    print("Give the key to callers; the server needs only the hash.", file=sys.stderr)
