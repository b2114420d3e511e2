#!/usr/bin/env bash
# Dynamic against static graphs. PyTorch records every operation that runs: w + 1 is there twice.
# A graph that is built before it is run shares it.
set -euo pipefail

for mode in dynamic static; do
  gradcli eval "(w+1)*(w+1)" --w 3 --mode "$mode" --json |
    jq -r '"\(.mode): " + ([.nodes[] | select(.op == "add" or .op == "mul") | "\(.name) = \(.expr)"] | join(", "))'
done
