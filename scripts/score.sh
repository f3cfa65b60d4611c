#!/bin/sh
# Prints how the reader does against the gold files of a folder: scripts/score.sh SHARED
set -eu
shared=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

score() { # name of the gold, text, further options of score.py
  name=$1 text=$2
  shift 2
  bin/huying read --format jsonl --output "$out/$name.jsonl" "$shared/data/$text"
  echo "== $name"
  python3 "$shared/data/gold/score.py" "$shared/data/gold/$name.jsonl" "$shared/data/$text" "$out/$name.jsonl" --number-strict "$@"
}

score zhuhai-gaoxin-2021 report/zhuhai-gaoxin-2021.txt --ranges "$shared/data/gold/ranges.json" --name zhuhai-gaoxin-2021
score qiqihar-2014 reports/2014_齐齐哈尔市.txt
score hebei-2026 reports/2026_河北省.txt
