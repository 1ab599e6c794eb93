#!/usr/bin/env bash
# Counts the instructions that small variants of the benchmark programs take, under valgrind.
#
#   benches/instructions.sh --check           compare with instructions.txt; fail when one grew by over 5 %
#   benches/instructions.sh --update          rewrite instructions.txt
#   benches/instructions.sh --profile NAME    the functions in which NAME's instructions are spent
#
# ARARAT names another binary than target/release/ararat. Wall time depends on the machine and on
# what else it does; a count hardly does, so a check can be strict. What it still depends on is kept
# in the head of instructions.txt: the compiler, and the vector instructions of the processor (with
# AVX2, memory and text searches take fewer steps). When one of them differs, growth only warns.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
binary=$(realpath -m "${ARARAT:-${CARGO_TARGET_DIR:-$here/../target}/release/ararat}")
cd "$here"

record=instructions.txt
allowed=5

fail() {
    printf 'instructions: %s\n' "$1" >&2
    exit 1
}

# glibc picks its memcpy by processor model: all but the plain AVX2 variants are masked, so that models agree.
# The environment is emptied because reading it is a part of start-up.
run() {
    env -i PATH=/usr/bin:/bin HOME=/nonexistent LC_ALL=C \
        GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-ERMS,-FSRM,-RTM \
        valgrind --tool=callgrind "$@"
}

# Prints `count output` of one program; its words are joined by commas to stay one column.
measure() {
    local out err count
    err=$(mktemp)
    out=$(run --callgrind-out-file=/dev/null "$binary" run "instructions/$1.dg" 2>"$err" | paste -sd, | tr ' ' ',') || {
        cat "$err" >&2
        rm -f "$err"
        fail "$1 did not run"
    }
    count=$(awk '/Collected/ { print $NF }' "$err")
    rm -f "$err"
    [ -n "$count" ] || fail "valgrind reported no count for $1"
    printf '%s %s\n' "$count" "$out"
}

compiler() { rustc --version; }

vectors() { if grep -qw avx2 /proc/cpuinfo; then echo avx2; else echo 'no avx2'; fi; }

names() { for file in instructions/*.dg; do basename "$file" .dg; done; }

update() {
    local name
    {
        printf '# Written by benches/instructions.sh --update: program, instructions, what it prints.\n'
        printf '# compiler: %s\n# processor: %s\n' "$(compiler)" "$(vectors)"
        for name in $(names); do
            printf '%s %s\n' "$name" "$(measure "$name")"
        done
    } >"$record.new"
    mv "$record.new" "$record"
    cat "$record"
}

recorded() { sed -n "s/^# $1: //p" "$record"; }

check() {
    local strict=yes grown=0 name before expected now printed tenths verdict
    [ -f "$record" ] || fail "$record is missing: write it with --update"
    [ "$(recorded compiler)" = "$(compiler)" ] && [ "$(recorded processor)" = "$(vectors)" ] || strict=no
    printf '%-18s %13s %13s %8s\n' program before now change
    for name in $(names); do
        read -r before expected < <(sed -n "s/^$name //p" "$record") || fail "$name is not in $record: run --update"
        read -r now printed < <(measure "$name")
        [ "$printed" = "$expected" ] || fail "$name printed $printed, expected $expected"
        tenths=$(((now - before) * 1000 / before))
        verdict=
        if [ "$tenths" -gt $((allowed * 10)) ]; then
            verdict='  grew'
            grown=$((grown + 1))
        elif [ "$tenths" -lt $((allowed * -10)) ]; then
            verdict='  shrank: --update keeps the gain'
        fi
        printf '%-18s %13d %13d %7s%%%s\n' "$name" "$before" "$now" \
            "$(awk -v t="$tenths" 'BEGIN { printf "%+.1f", t / 10 }')" "$verdict"
    done
    [ "$grown" -gt 0 ] || return 0
    if [ "$strict" = no ]; then
        printf 'WARNING: %d grew by over %d %%, but counts were recorded with %s, %s: not failing\n' \
            "$grown" "$allowed" "$(recorded compiler)" "$(recorded processor)"
        return 0
    fi
    fail "$grown grew by over $allowed %; if that is worth it, run --update and say why in the commit"
}

profile() {
    local out
    [ -f "instructions/$1.dg" ] || fail "there is no instructions/$1.dg"
    out=$(mktemp)
    run --callgrind-out-file="$out" "$binary" run "instructions/$1.dg" >/dev/null 2>&1 || fail "$1 did not run"
    callgrind_annotate "$out" | head -60
    rm -f "$out"
}

ready() {
    command -v valgrind >/dev/null || fail 'valgrind is not installed (apt-get install valgrind)'
    [ -x "$binary" ] || fail "there is no $binary: cargo build --release"
}

case ${1:-} in
    --check) ready && check ;;
    --update) ready && update ;;
    --profile) ready && profile "${2:?name a program}" ;;
    *) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' instructions.sh ;;
esac
