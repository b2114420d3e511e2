#!/usr/bin/env bash
# The running example of Baydin et al., Automatic differentiation in machine learning: a survey (2018), tables 2 and 3:
# f(x1, x2) = ln(x1) + x1·x2 - sin(x2) at (2, 5) is 11.652, its gradient 5.5 and 1.716.
set -euo pipefail

gradcli eval "ln(x1) + x1*x2 - sin(x2)" --x1 2 --x2 5 --wrt x1,x2 -q
