#!/usr/bin/env bash
# Checks a gradient against a central difference: (f(x + h) - f(x - h))/(2h).
set -euo pipefail

f="x^2*sin(x)"
derivative=$(gradcli eval "$f" --x 1.5 --json | jq .grad.x)
difference=$(gradcli eval "f(x) = $f; (f(x + h) - f(x - h))/(2h)" --x 1.5 --h 1e-5 --wrt x --json | jq .value)

jq -rn --argjson a "$derivative" --argjson b "$difference" \
  '"derivative \($a*1e6 | round / 1e6), difference \($b*1e6 | round / 1e6): \(if ($a - $b | fabs) < 1e-6 then "agree" else "differ" end)"'
