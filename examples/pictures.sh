#!/usr/bin/env bash
# The two pictures of README, and the same graph for a slide, a handout and a lesson. Writes into a folder; examples/ for README's.
set -euo pipefail
cd "$(dirname "$0")"
folder=${1:-$(mktemp -d)}

example=("(x+w)*(w+1)" --x 2 --w 1 --wrt w)
gradcli graph "${example[@]}" -o "$folder/worked_example.svg"
gradcli graph "${example[@]}" --backward -o "$folder/worked_example_backward.svg"
for name in slide.png handout.pdf lesson.html paper.tex; do
  gradcli graph "${example[@]}" -o "$folder/$name"
done
(cd "$folder" && ls handout.pdf lesson.html paper.tex slide.png worked_example.svg worked_example_backward.svg)
