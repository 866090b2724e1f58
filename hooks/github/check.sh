#!/usr/bin/env bash
# Run imd from the commit that the action is of: annotations in the log, all findings in the job summary and as SARIF.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export PYTHONPATH="$RUNNER_TEMP/imd:$root/linter:$root/hooks"
sarif=$RUNNER_TEMP/imd.sarif report=$RUNNER_TEMP/imd.json

options=(--output-format github --output-format "sarif=$sarif" --output-format "json=$report")
[ -z "${IMD_PROFILE:-}" ] || options+=("--profile=$IMD_PROFILE")
[ -z "${IMD_FAIL_ON:-}" ] || options+=("--fail-on=$IMD_FAIL_ON")
[ -z "${IMD_SINCE:-}" ] || options+=("--since=$IMD_SINCE")
[ -z "${IMD_CONFIG_FROM:-}" ] || options+=("--config-from=$IMD_CONFIG_FROM")
[ "${IMD_INLINE_IGNORES:-true}" = true ] || options+=(--no-inline-ignores)

paths=()
while IFS= read -r path; do
  [ -z "$path" ] || paths+=("$path")
done <<<"${IMD_PATHS:-}"

code=0
"$PYTHON" -P -m immutable_delivery check "${options[@]}" -- ${paths[@]+"${paths[@]}"} || code=$?
[ ! -s "$sarif" ] || echo "sarif-file=$sarif" >>"$GITHUB_OUTPUT"
[ ! -s "$report" ] || echo "report-file=$report" >>"$GITHUB_OUTPUT"
exit "$code"
