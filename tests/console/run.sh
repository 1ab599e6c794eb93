#!/usr/bin/env bash
# Clicks through the console in headless Chromium, against `ararat serve` and `ararat sandbox` on loopback.
#
#   tests/console/run.sh [NAME…]     only the files whose names begin so: connections, services …
#
# It starts $ARARAT_BIN, by default target/debug/ararat; screenshots go to target/console.
# CHROMIUM names another browser. Where the browser, Node, npm or the registry is missing it says
# SKIPPED and ends well: nothing was checked then.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
package=playwright-core
version=1.65.1

skip() {
    printf 'SKIPPED: %s; the console was NOT checked in a browser\n' "$1"
    exit 0
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$CHROMIUM" ] || skip "no Chromium here (apt-get install chromium)"
command -v node >/dev/null || skip "no \`node\` here"
command -v npm >/dev/null || skip "no \`npm\` here"
npm install --prefix "$folder" --no-audit --no-fund --ignore-scripts --fetch-retries 1 --fetch-timeout 15000 \
    "$package@$version" >"$folder/npm.log" 2>&1 || skip "npm cannot install $package $version: $(tail -n 1 "$folder/npm.log")"

target=${CARGO_TARGET_DIR:-$here/../../target}
export ARARAT_BIN=${ARARAT_BIN:-$target/debug/ararat}
if [ ! -x "$ARARAT_BIN" ]; then
    echo "no program at $ARARAT_BIN; run \`cargo build\` first, or name one with ARARAT_BIN" >&2
    exit 3
fi
ARARAT_BIN=$(realpath "$ARARAT_BIN")
mkdir -p "$target/console"
SHOTS=$(realpath "$target/console")
export SHOTS

# Node finds a package beside the program that imports it.
cp "$here"/*.mjs "$folder/"
cd "$folder"
TZ=UTC node main.mjs "$@"
