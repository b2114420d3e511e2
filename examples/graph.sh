#!/usr/bin/env bash
# Graphs as text: what differs between a dynamic and a static graph, where a gradient goes, and a graph that is stored and fed again.
set -euo pipefail
stored=$(mktemp)
trap 'rm "$stored"' EXIT

echo "two additions in the dynamic graph, one in the static one:"
for mode in dynamic static; do
  gradcli graph "(w+1)*(w+1)" --w 3 --mode "$mode" --format list | grep "= add" | sed "s/ :.*//; s/^/$mode /"
done

echo "what the output depends on, with gradients:"
gradcli graph "tanh(w*x + b)" --x 0.5 --w 2 --b -1 --wrt w,b --format tree

echo "stored, and fed with other values:"
gradcli graph "(x+w)*(w+1)" --x 2 --w 1 --wrt w --format json > "$stored"
for x in 2 3 4; do
  echo "x = $x: $(gradcli eval --graph "$stored" --x "$x" -q | paste -s -d ' ')"
done
