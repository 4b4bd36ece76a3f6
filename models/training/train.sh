#!/bin/sh
# Labelled lifecycles in, a registered ensemble out:
#
#     models/training/train.sh SAMPLES.jsonl [--description TEXT] [--min-class-rows N] [--accept-worse-than-base-rate]
#
# MODELS_DIR: where to register (the project's models/ where absent). PYTHON: Python 3.10 or newer. NODE: Node 26.
# Nothing is touched there before the exported files have passed the comparison with Python's own answers (parity.ts).
set -eu

training=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$training/../.." && pwd)
python=${PYTHON:-python3}
node=${NODE:-node}
target=${MODELS_DIR:-$root/models}
venv=$root/.cache/training/venv

if [ $# -lt 1 ] || [ ! -r "$1" ]; then
	echo "say a readable file of samples: models/training/train.sh SAMPLES.jsonl [options]" >&2
	exit 2
fi
samples=$1
shift

# The marker is written last, so that an interrupted set-up is made again.
if ! cmp -s "$training/requirements.txt" "$venv/requirements.installed"; then
	rm -rf "$venv"
	mkdir -p "$(dirname "$venv")"
	"$python" -m venv "$venv"
	"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$training/requirements.txt"
	cp "$training/requirements.txt" "$venv/requirements.installed"
fi

output=$(mktemp -d "$root/.cache/training/output.XXXXXX")
trap 'rm -rf "$output"' EXIT INT TERM

OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$venv/bin/python" "$training/train.py" "$samples" "$output" "$@"
"$node" "$training/parity.ts" "$output"
"$node" "$training/register.ts" "$output" "$target"
