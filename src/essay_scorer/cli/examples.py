"""Two examples for each command, which its help shows."""

from collections.abc import Mapping

# By the words of the command.
EXAMPLES: Mapping[str, tuple[str, str]] = {
    "score": (
        "essay-scorer score essay.txt --prompt assignment.txt",
        "essay-scorer score essay.txt --explain --json",
    ),
    "adapt": (
        "essay-scorer adapt class.csv --first 10",
        "essay-scorer adapt class.csv --scale 0-20 --out profile.json",
    ),
    "batch": (
        "essay-scorer batch essays.csv scores.csv",
        "essay-scorer batch essays.jsonl scores.parquet --profile profile.json --workers 4",
    ),
    "submit": (
        "essay-scorer submit essays.csv s3://BUCKET/spring",
        "essay-scorer submit essays.parquet s3://BUCKET/spring --stack essay-scorer-dev",
    ),
    "fetch": (
        "essay-scorer fetch EXECUTION scores.csv",
        "essay-scorer fetch EXECUTION - --format jsonl",
    ),
    "serve": (
        "essay-scorer serve --port 8000",
        "essay-scorer serve --key-hash HASH --log --profile profile.json",
    ),
    "key": ("essay-scorer key", "essay-scorer key > key.txt"),
    "bundle show": ("essay-scorer bundle show", "essay-scorer bundle show runs/default/bundle"),
    "bundle verify": (
        "essay-scorer bundle verify",
        "essay-scorer bundle verify runs/default/bundle --profile profile.json",
    ),
    "data check": (
        "essay-scorer data check essays.csv",
        "essay-scorer data check essays.csv --text Essay --score Mark --json",
    ),
    "train": (
        "essay-scorer train --data essays.csv --out runs/mine",
        "essay-scorer train --data essays.csv --also more.csv --out runs/mine --name my-scorer",
    ),
    "export": (
        "essay-scorer export --tokenizer bert-tokenizer --encoder bert-model "
        "--head aes_model.h5 --scale 1-6 --out runs/mine",
        "essay-scorer export --tokenizer bert-tokenizer --encoder bert-model "
        "--head aes_model.h5 --recipe classic --scale 0-12 --out runs/mine",
    ),
    "evaluate": (
        "essay-scorer evaluate --data essays.csv",
        "essay-scorer evaluate --data essays.csv --profile profile.json --out report",
    ),
    "cost": (
        "essay-scorer cost --per-day 5000",
        "essay-scorer cost --per-day 5000 --memory 1769 --json",
    ),
    "drift": (
        "essay-scorer drift requests.log",
        "essay-scorer drift requests.log --baseline last-term.log --day 2026-11-25",
    ),
    "completion": (
        "essay-scorer completion bash > ~/.local/share/bash-completion/completions/essay-scorer",
        "essay-scorer completion zsh > ~/.zfunc/_essay-scorer",
    ),
}
