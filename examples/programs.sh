#!/usr/bin/env bash
# Programs with loops, in both modes: Newton's square root, power iteration, a recurrent network, gradient descent.
set -euo pipefail
cd "$(dirname "$0")"

for mode in dynamic static; do
  echo "$mode:"
  gradcli eval -f newton.grad --x 2 --wrt x --mode "$mode" --json |
    jq -r '"√2 = \(.value * 1e6 | round / 1e6), ∂r/∂x = \(.grad.x * 1e6 | round / 1e6)"'
  gradcli eval -f power_iteration.grad --a 3 --wrt a --mode "$mode" --json |
    jq -r '"λ = \(.value * 1e6 | round / 1e6), ∂λ/∂a = \(.grad.a * 1e6 | round / 1e6)"'
  gradcli eval -f recurrent.grad --bindings recurrent.json --wrt U --mode "$mode" --json |
    jq -r '"|h|² = \(.value * 1e6 | round / 1e6), ∂/∂U₁ = \(.grad.U[1][0] * 1e6 | round / 1e6)"'
  gradcli eval -f descent.grad --rate 0.05 --steps 20 --wrt rate --mode "$mode" --json |
    jq -r '"error = \(.value * 1e6 | round / 1e6), ∂/∂rate = \(.grad.rate * 1e6 | round / 1e6)"'
done
