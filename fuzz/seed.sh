#!/usr/bin/env bash
# Makes the seed corpora out of the scripts of tests/spec and scripts; a leading byte names the dialect.
set -euo pipefail
cd "$(dirname "$0")"

dialect() { grep -qm1 -E '^// (settings|dialect):.*creator' "$1" && printf '\001' || printf '\000'; }

for target in parse check run; do
    mkdir -p "corpus/$target"
    while read -r script; do
        name=${script#../}
        { dialect "$script"; cat "$script"; } > "corpus/$target/${name//\//_}"
    done < <(find ../tests/spec ../scripts -name '*.dg')
done

mkdir -p corpus/values
grep -rhoE '"[^"\\]{2,60}"' ../tests/spec --include '*.dg' | tr -d '"' | sort -u | awk 'NR % 5 == 0' |
    while IFS= read -r text; do printf '%s' "$text" > "corpus/values/$(printf '%s' "$text" | sha1sum | cut -c1-16)"; done
grep -rhE '^[[{].*[]}]$' ../tests/spec --include '*.out' | sort -u |
    while IFS= read -r text; do printf '%s' "$text" > "corpus/values/$(printf '%s' "$text" | sha1sum | cut -c1-16)"; done
