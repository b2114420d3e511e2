"""Shared subexpressions in SymPy or SymEngine; prints the value and the derivative.

python sharing.py MODULE doubling|sines COUNT X
"""

import sys
from importlib import import_module

module = import_module(sys.argv[1])
x = y = module.Symbol("x")
for _ in range(int(sys.argv[3])):
    y = y + y if sys.argv[2] == "doubling" else y + module.sin(y) / 1000
at = {x: float(sys.argv[4])}
print(float(y.subs(at)), float(y.diff(x).subs(at)))
