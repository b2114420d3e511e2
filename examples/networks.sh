#!/usr/bin/env bash
# Two networks of arrays, a perceptron and a small LeNet: the loss, the gradient of the last bias, the length of a first gradient.
# PyTorch gives the same numbers.
set -euo pipefail
cd "$(dirname "$0")"

norm='[.. | numbers] | map(. * .) | add | sqrt * 1e6 | round / 1e6'
for network in "perceptron b2 W1" "lenet b K1"; do
  read -r name last first <<< "$network"
  wrt=$(jq -r 'keys_unsorted - ["X"] | join(",")' "$name.json")
  gradcli eval -f "$name.grad" --bindings "$name.json" --wrt "$wrt" --json |
    jq -r --arg name "$name" --arg last "$last" --arg first "$first" '
      "\($name): loss \(.value * 1e6 | round / 1e6), " +
      "∂loss/∂\($last) = \(.grad[$last] | map(. * 1e6 | round / 1e6)), |∂loss/∂\($first)| = \(.grad[$first] | '"$norm"')"'
done
