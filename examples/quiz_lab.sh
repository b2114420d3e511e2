#!/usr/bin/env bash
# A lab from exercises to grades: a quiz is made, a class answers it, and each answer is marked with what went wrong.
set -euo pipefail
cd "$(mktemp -d)"
trap 'rm -r "$PWD"' EXIT

gradcli exercise --seed 7 --paths 2 --depth 3 --ops add,mul,sin -n 3 --to jsonl > quiz.jsonl
jq -r '"\(.number). \(.expression)"' quiz.jsonl

# Two students: Ada is right, and Bob makes the first of the known mistakes of each exercise.
jq -c '{question: .number, student: "Ada", answer}, {question: .number, student: "Bob", answer: .distractors[0].answer}' \
  quiz.jsonl > answers.jsonl

echo '{"chain": 0.5}' > credit.json
gradcli grade -f quiz.jsonl --answers answers.jsonl --credit credit.json --json > grades.json
jq -r '.scores[] | "\(.by): \(.score) of 3"' grades.json
jq -r '.mistakes[] | "\(.kind): \(.count)"' grades.json

# How many of the known mistakes in the first exercise the point x = 1 would not show.
gradcli mistakes "$(head -1 quiz.jsonl | jq -r .expression)" --at x=1 --json | jq -r '"\(.hidden | length) wrong answers are right at x = 1"'
