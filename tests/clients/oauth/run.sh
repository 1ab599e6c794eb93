#!/usr/bin/env bash
# Signs in to a provider made of Authlib, an OAuth library for Python that this project has no part in.
#
#   tests/clients/oauth/run.sh
#
# Runs $ARARAT_BIN, by default target/debug/ararat. PYTHON names another interpreter.
# Where Python, pip or the registry is missing it says SKIPPED and ends well: nothing was checked then.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
packages=(authlib==1.9.8 flask==3.1.3 cryptography)

skip() {
    printf 'SKIPPED: %s; sign-in flows were NOT checked against Authlib\n' "$1"
    exit 0
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

command -v "$python" >/dev/null || skip "no \`$python\` here"
"$python" -m venv "$folder/venv" >"$folder/venv.log" 2>&1 || skip "\`$python -m venv\` does not work"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --retries 1 --timeout 15 "${packages[@]}" \
    >"$folder/pip.log" 2>&1 || skip "pip cannot install ${packages[*]}: $(tail -n 1 "$folder/pip.log")"

ARARAT_BIN=${ARARAT_BIN:-${CARGO_TARGET_DIR:-$here/../../../target}/debug/ararat}
if [ ! -x "$ARARAT_BIN" ]; then
    echo "no program at $ARARAT_BIN; run \`cargo build\` first, or name one with ARARAT_BIN" >&2
    exit 3
fi
export ARARAT_BIN
TMPDIR=$folder PYTHONDONTWRITEBYTECODE=1 "$folder/venv/bin/python" -W ignore "$here/drive.py"
