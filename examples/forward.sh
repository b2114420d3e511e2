#!/usr/bin/env bash
# The forward pass of Baydin et al., Automatic differentiation in machine learning: a survey (2018), table 2:
# y = ln(x1) + x1*x2 - sin(x2) at x1 = 2, x2 = 5, and the tangents as x1 moves. Forward mode gives ∂y/∂x1 in one pass.
set -euo pipefail

gradcli eval "v1 = ln(x1); v2 = x1*x2; v3 = sin(x2); v4 = v1 + v2; y = v4 - v3" --x1 2 --x2 5 \
  --tangent x1=1 --tangent x2=0 --json |
  jq -r '.nodes[] | "\(.name): \(.value * 1000 | round / 1000), tangent \(.tangent * 1000 | round / 1000)"'
