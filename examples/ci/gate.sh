#!/bin/sh
# For any CI that runs a shell:
#
#     examples/ci/gate.sh BASELINE [WORDS OF `run`]
#     examples/ci/gate.sh my-stack.json --target 192.0.2.2 --upper-tester 192.0.2.2:10793
#     examples/ci/gate.sh my-stack.json --allow permitted
#
# The last one lets pass what is otherwise than in the baseline, as far as the documents permit it.
# Without a target, the lab's Linux is tested. Ends with the exit code of `run`: 0 as the baseline says, 1 not so, 2 could
# not test. The reports are in reports/ci either way.
set -eu
if [ $# -eq 0 ]; then
  echo "usage: $0 BASELINE [WORDS OF run]" >&2
  exit 2
fi
baseline=$(realpath "$1")
shift

cd "$(dirname "$0")/../.."
[ -d node_modules ] || npm ci
npx segment-arrives run --baseline "$baseline" --format dots --reports reports/ci "$@"
