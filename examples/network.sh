#!/usr/bin/env bash
# One step of gradient descent on Matt Mazur's network: the error falls from 0.298371 to 0.291028.
set -euo pipefail
cd "$(dirname "$0")"

weights=w1,w2,w3,w4,w5,w6,w7,w8
before=$(gradcli eval -f network.grad --bindings network.json --wrt "$weights" --json)
after=$(jq '.bindings as $b | .grad | with_entries(.value = $b[.key] - 0.5*.value) | $b + .' <<<"$before" |
  gradcli eval -f network.grad --bindings - --wrt "$weights" --json)

jq -r '"∂E/∂w5 = \(.grad.w5 * 1e9 | round / 1e9)"' <<<"$before"
jq -rn --argjson before "$before" --argjson after "$after" \
  '"E = \($before.value * 1e6 | round / 1e6), after one step \($after.value * 1e6 | round / 1e6)"'
