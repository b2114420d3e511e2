#!/usr/bin/env bash
# Matrix calculus: the gradients of a layer as backpropagation has them, a quadratic form, and one element of each.
set -euo pipefail

matrix_form() {  # the line of each variable: program, shapes
  local program=$1 shape
  local options=()
  shift
  for shape in "$@"; do options+=(--shape "$shape"); done
  gradcli explain "$program" "${options[@]}" --json |
    jq -r '.equations[] | select(.variable) | .steps[0] | "\(.left) = \(.right)"'
}

echo "a layer with a batch of four:"
matrix_form "Z = X @ W + b; L = sum(tanh(Z)^2)" X=4,3 W=3,2 b=2
echo "a quadratic form, and a trace:"
matrix_form "y = dot(x, A @ x)" x=3 A=3,3
matrix_form "y = trace(A @ B)" A=3,2 B=2,3
echo "softmax and cross entropy, element by element:"
gradcli explain "L = cross_entropy(z, 1)" --shape z=2 --elements --json | jq -r '.derivative | to_entries[] | "∂L/∂\(.key) = \(.value)"'
echo "an element of a quadratic form:"
gradcli explain "y = dot(x, A @ x)" --shape x=2 --shape A=2,2 --elements --wrt "x[0]" --json | jq -r '.derivative["x₀"]'
