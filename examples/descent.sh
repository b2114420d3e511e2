#!/usr/bin/env bash
# Gradient descent in a shell loop: the minimum of 3x² - 4x + 5 lies at x = 2/3.
set -euo pipefail

x=3
for step in $(seq 20); do
  x=$(gradcli eval "3x^2 - 4x + 5" --x "$x" --json | jq '.bindings.x - 0.1*.grad.x')
done
printf 'x = %.6f\n' "$x"
