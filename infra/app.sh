#!/bin/sh
# Runs the CDK application for `cdk`, after `make` has prepared its Python environment. So
# `npm install` and `npx cdk deploy` are enough in a fresh clone.
set -e
cd "$(dirname "$0")/.."

ready=.venv-infra/.ready
if [ ! -e "$ready" ] || [ -n "$(find requirements/infra.txt -newer "$ready")" ]; then
    command -v make >/dev/null || {
        echo "essay-scorer needs make to prepare its Python environment; install it." >&2
        exit 1
    }
    make --silent "$ready" >&2
fi
exec .venv-infra/bin/python app.py
