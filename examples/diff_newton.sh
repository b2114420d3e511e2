#!/usr/bin/env bash
# Newton's method on Newton's own equation, x³ - 2x - 5 = 0: the derivative is found once, as an expression, and put to use.
set -euo pipefail

f="x^3 - 2x - 5"
slope=$(gradcli diff "$f")
echo "f' = $slope"

x=2
for step in $(seq 5); do
  x=$(gradcli eval "x - ($f)/($slope)" --x "$x" --json | jq .value)
done
printf 'x = %.12f\n' "$x"
