"""The long expression in SymEngine or SymPy; prints the value and the partial derivatives.

    python long_symbolic.py MODULE TERMS.json [TEXT]

With the text it is parsed, which is the job that gradcli does; without it the terms come from a loop and one ``Add``.
"""

import sys
from importlib import import_module

from terms import load, term

module = import_module(sys.argv[1])
terms, values = load(sys.argv[2])
x = [module.Symbol(f"x{i}") for i in range(len(values))]
if len(sys.argv) > 3:
    with open(sys.argv[3], encoding="utf-8") as file:
        y = module.sympify(file.read())
else:
    y = module.Add(*[term(kind, c, x[i], x[j], module.sin, module.exp) for kind, c, i, j in terms])
at = dict(zip(x, values, strict=True))
print(float(y.subs(at)), *(float(y.diff(v).subs(at)) for v in x))
