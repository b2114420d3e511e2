#!/usr/bin/env bash
# y = (x + w)(w + 1) at x = 2, w = 1: the value is 6, the derivative by w is 5, and the output says why.
set -euo pipefail

gradcli eval "(x+w)*(w+1)" --x 2 --w 1 --wrt w
