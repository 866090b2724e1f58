#!/usr/bin/env bash
# Install what imd needs, by the hashes of the commit that the action is of; what was downloaded before is compared with them too.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
"$PYTHON" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: \
  --cache-dir "$RUNNER_TEMP/imd-downloads" --target "$RUNNER_TEMP/imd" --requirement "$root/requirements.txt"
