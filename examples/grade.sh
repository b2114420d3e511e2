#!/usr/bin/env bash
# Grades the answers to "what is ∂y/∂w of y = (x + w)(w + 1) at x = 2, w = 1?". An answer may be a number or an expression.
set -euo pipefail
cd "$(dirname "$0")"

right=$(gradcli eval "(x+w)*(w+1)" --bindings point.json --wrt w --json | jq '.grad.w + 0')

tail -n +2 answers.csv | while IFS=, read -r student answer; do
  value=$(gradcli eval "$answer" --bindings point.json --json | jq '.value + 0')
  jq -rn --arg student "$student" --argjson value "$value" --argjson right "$right" \
    '"\($student): \(if ($value - $right | fabs) < 1e-9 then "right" else "wrong, \($value) instead of \($right)" end)"'
done
