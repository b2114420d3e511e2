#!/usr/bin/env bash
# Dynamic against static graphs. PyTorch records every operation that runs: w + 1 is there twice.
# A graph that is built before it is run shares it.
set -euo pipefail

for mode in dynamic static; do
  gradcli eval "(w+1)*(w+1)" --w 3 --mode "$mode" --json |
    jq -r '"\(.mode): " + ([.nodes[] | select(.op == "add" or .op == "mul") | "\(.name) = \(.expr)"] | join(", "))'
done

# A branch: the dynamic graph has what ran, anew for each input; the static graph has both, and executes one.
gradcli compare-modes -e "if x > 0 { y = x } else { y = -x }; y*w" --x 1 --x -1 --w 3 --json |
  jq -r '.nodes[] | select(.expr) | "\(.expr): recorded \(.dynamic), built \(.static), executed \(.executed)"'
