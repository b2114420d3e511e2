#!/usr/bin/env bash
# Stanford's CS231n publishes 0.73 for this neuron, and the gradient -0.20, 0.39, -0.39, -0.59, 0.20.
set -euo pipefail
cd "$(dirname "$0")"

point=(--w0 2 --x0 -1 --w1 -3 --x1 -2 --w2 -3)

gradcli eval -f neuron.grad "${point[@]}" --json |
  jq -r '"f = \(.value * 100 | round / 100)", (.grad | to_entries[] | "∂f/∂\(.key) = \(.value * 100 | round / 100)")'
