#!/usr/bin/env bash
# The article's PyTorch program, without PyTorch: what it prints, and why w.grad is tensor([5.]).
set -euo pipefail
cd "$(dirname "$0")"

gradcli torch article.py --explain w 2>/dev/null | sed 's/0x[0-9a-f]*/0x.../g'
