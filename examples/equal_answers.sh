#!/usr/bin/env bash
# A derivative can be written in many ways. Each answer is compared with d/dw (x + w)*(w + 1) as an expression, not as text.
set -euo pipefail

right="2*w + x + 1"
for answer in "(w + 1) + (x + w)" "x + 2w + 1" "2w + x" "w^2 + x"; do
  gradcli equal "$answer" "$right" -q && verdict=right || verdict=wrong
  echo "$answer: $verdict"
done
