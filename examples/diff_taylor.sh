#!/usr/bin/env bash
# The Taylor series of exp(sin(x)) at 0, from its derivatives of order 0 to 5: 1 + x + x²/2 - x⁴/8 - x⁵/15.
set -euo pipefail

f="exp(sin(x))"
gradcli simplify "$f" --at x=0 --json | jq -r '"order 0: \(.derivatives[0].value + 0)"'
for order in 1 2 3 4 5; do
  gradcli diff "$f" --order "$order" --at x=0 --json | jq -r --arg n "$order" '"order \($n): \(.derivatives[0].value + 0)"'
done
