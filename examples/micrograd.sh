#!/usr/bin/env bash
# micrograd's README prints 24.7041, then 138.8338 and 645.5773 for the gradient at a = -4, b = 2.
set -euo pipefail
cd "$(dirname "$0")"

gradcli eval -f micrograd.grad --a -4 --b 2 -q | while read -r number; do printf '%.4f\n' "$number"; done
