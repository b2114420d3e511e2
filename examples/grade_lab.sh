#!/usr/bin/env bash
# A lab from answers to grades: "what is ∂y/∂w of y = (x + w)(w + 1)?". What the class got wrong, then a file of grades.
set -euo pipefail
cd "$(dirname "$0")"

gradcli grade -f worked_example.grad --wrt w --answers lab_answers.csv --level 2 --json |
  jq -r '.mistakes[] | "\(.count) \(.kind): \(.by | join(", "))"'

gradcli grade -f worked_example.grad --wrt w --answers lab_answers.csv --for student --format csv |
  cut -d, -f1-5
