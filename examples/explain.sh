#!/usr/bin/env bash
# One trace in three views: the rules of calculus, the paths with their products, and pages for a lesson.
set -euo pipefail
y="(x+w)*(w+1)"
gradcli explain "$y" --wrt w --by rules --json | jq -r '.rules[0].applications[] | "\(.number) \(.rule)"'
gradcli explain "$y" --wrt w --x 2 --w 1 --by paths --json | jq -r '.paths[0].paths[] | (.nodes | join("→")) + ": \(.value + 0)"'
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
for lesson in lesson.tex lesson.md lesson.html; do
  gradcli explain "$y" --wrt w --x 2 --w 1 -o "$folder/$lesson"
done
(cd "$folder" && echo lesson.tex lesson.md lesson.html && ls lesson.html lesson.md lesson.tex > /dev/null)
