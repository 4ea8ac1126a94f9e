#!/bin/sh
# For any CI that runs a shell:
#
#     examples/ci/gate.sh BASELINE [OPTIONS OF `run`]
#     examples/ci/gate.sh my-stack.json --target 192.0.2.2 --upper-tester 192.0.2.2:10793
#     examples/ci/gate.sh my-stack.json --allow permitted
#
# `--allow permitted` does not fail for changes that the documents permit. Without a target, the lab's Linux is tested.
# The exit code is that of `run`: 0 as in the baseline, 1 something has changed, 2 could not test. The reports are in
# reports/ci, whatever the exit code.
set -eu
if [ $# -eq 0 ]; then
  echo "usage: $0 BASELINE [OPTIONS OF run]" >&2
  exit 2
fi
baseline=$(realpath "$1")
shift

cd "$(dirname "$0")/../.."
[ -d node_modules ] || npm ci
npx segment-arrives run --baseline "$baseline" --format dots --reports reports/ci "$@"
