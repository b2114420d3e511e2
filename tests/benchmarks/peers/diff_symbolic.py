"""Exact derivatives in SymPy or SymEngine, as text and as numbers; prints the numbers.

python diff_symbolic.py MODULE textbook EXPRESSIONS X
python diff_symbolic.py MODULE product VALUES.json
python diff_symbolic.py MODULE sines|nested COUNT X
"""

import json
import sys
from importlib import import_module

module = import_module(sys.argv[1])
what, argument = sys.argv[2:4]
if what == "product":
    with open(argument, encoding="utf-8") as file:
        at = {module.Symbol(name): value for name, value in json.load(file).items()}
    expressions = [module.Mul(*at)]
else:
    x = y = module.Symbol("x")
    at = {x: float(sys.argv[4])}
    if what == "textbook":
        with open(argument, encoding="utf-8") as file:
            expressions = [module.sympify(line) for line in file.read().split(";")]
    else:
        for _ in range(int(argument)):
            y = module.sin(y) if what == "nested" else y + module.sin(y) / 1000
        expressions = [y]
derivatives = [y.diff(name) for y in expressions for name in at]
texts = [str(derivative) for derivative in derivatives]
print(*(float(derivative.subs(at)) for derivative in derivatives))
