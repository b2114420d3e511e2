#!/usr/bin/env bash
# Newton's method on Rosenbrock's function from its usual starting point: each step solves H·s = -g for the Hessian H.
set -euo pipefail

x=-1.2 w=1
for step in 1 2 3 4 5 6; do
  read -r x w < <(
    gradcli eval "100*(w - x^2)^2 + (1 - x)^2" --x "$x" --w "$w" --hessian --json |
      jq -r '.hessian.blocks as $h | ($h.x.x*$h.w.w - $h.x.w*$h.w.x) as $det |
        "\(.bindings.x - ($h.w.w*.grad.x - $h.x.w*.grad.w)/$det) \(.bindings.w - ($h.x.x*.grad.w - $h.w.x*.grad.x)/$det)"'
  )
  printf '%d: x = %.6f, w = %.6f\n' "$step" "$x" "$w"
done
