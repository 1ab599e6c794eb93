#!/usr/bin/env bash
# Runs Zoho's own CRM SDK for Python, as its registry ships it, against the sandbox.
#
#   tests/clients/python/run.sh [LINE]     LINE: the JSON line of a running `ararat sandbox --json`
#
# Without LINE it starts $ARARAT_BIN, by default target/debug/ararat. PYTHON names another interpreter.
# Where Python, pip or the registry is missing it says SKIPPED and ends well: nothing was checked then.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
package=zohocrmsdk8-0
version=7.0.0

skip() {
    printf 'SKIPPED: %s; the sandbox was NOT checked against %s\n' "$1" "$package"
    exit 0
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

command -v "$python" >/dev/null || skip "no \`$python\` here"
"$python" -m venv "$folder/venv" >"$folder/venv.log" 2>&1 || skip "\`$python -m venv\` does not work"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --retries 1 --timeout 15 \
    "$package==$version" >"$folder/pip.log" 2>&1 || skip "pip cannot install $package $version: $(tail -n 1 "$folder/pip.log")"

if [ $# -eq 0 ]; then
    binary=${ARARAT_BIN:-${CARGO_TARGET_DIR:-$here/../../../target}/debug/ararat}
    if [ ! -x "$binary" ]; then
        echo "no program at $binary; run \`cargo build\` first, or name one with ARARAT_BIN" >&2
        exit 3
    fi
fi

# The SDK names every time zone by the machine's; a fixed one makes runs alike.
TZ=UTC PYTHONDONTWRITEBYTECODE=1 "$folder/venv/bin/python" "$here/crm.py" "$@"
