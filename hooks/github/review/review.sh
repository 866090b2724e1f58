#!/usr/bin/env bash
# Run `imd review` from the commit that the action is of; the verdict is a check on the pull request, so findings do not fail this job.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
export PYTHONPATH="$RUNNER_TEMP/imd:$root/linter:$root/hooks"

report=${REVIEW_REPORT:-}
[ ! -d "$report" ] || report=$report/imd.json

options=(--exit-zero "--comments=${REVIEW_COMMENTS:-30}")
[ -z "$report" ] || options+=("--report=$report")
[ "${REVIEW_PIN:-false}" = false ] || options+=(--pin)
[ -z "${REVIEW_FAIL_ON:-}" ] || options+=("--fail-on=$REVIEW_FAIL_ON")

"$PYTHON" -P -m immutable_delivery review github "${options[@]}"
