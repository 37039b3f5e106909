#!/bin/sh
# Makes the virtual environment of bench/peers/requirements.txt.
#   bench/peers/setup.sh [VENV]
# VENV: the argument, else $BASIN_PEERS, else ~/.cache/basin/peers. Its path is the last line printed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${1:-${BASIN_PEERS:-$HOME/.cache/basin/peers}}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
echo "$venv"
