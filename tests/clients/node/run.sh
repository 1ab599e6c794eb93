#!/usr/bin/env bash
# Runs Zoho's own CRM SDK for Node, as its registry ships it, against the sandbox.
#
#   tests/clients/node/run.sh [LINE]     LINE: the JSON line of a running `ararat sandbox --json`
#
# Without LINE it starts $ARARAT_BIN, by default target/debug/ararat.
# Where Node, npm or the registry is missing it says SKIPPED and ends well: nothing was checked then.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
package=@zohocrm/nodejs-sdk-8.0
version=2.0.0

skip() {
    printf 'SKIPPED: %s; the sandbox was NOT checked against %s\n' "$1" "$package"
    exit 0
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

command -v node >/dev/null || skip "no \`node\` here"
command -v npm >/dev/null || skip "no \`npm\` here"
npm install --prefix "$folder" --no-audit --no-fund --ignore-scripts --fetch-retries 1 --fetch-timeout 15000 \
    "$package@$version" >"$folder/npm.log" 2>&1 || skip "npm cannot install $package $version: $(tail -n 1 "$folder/npm.log")"

if [ $# -eq 0 ]; then
    binary=${ARARAT_BIN:-${CARGO_TARGET_DIR:-$here/../../../target}/debug/ararat}
    if [ ! -x "$binary" ]; then
        echo "no program at $binary; run \`cargo build\` first, or name one with ARARAT_BIN" >&2
        exit 3
    fi
    export ARARAT_BIN=$binary
fi

# Node finds a package beside the program that imports it.
cp "$here"/*.mjs "$folder/"
# The SDK names every time zone by the machine's; a fixed one makes runs alike.
cd "$folder"
TZ=UTC node crm.mjs "$@"
