"""Which answers are derivatives, by SymPy's simplify; prints how many are, and how many are not.

python equal_sympy.py PAIRS.json
"""

import json
import sys

import sympy

with open(sys.argv[1], encoding="utf-8") as file:
    pairs = json.load(file)
right = 0
known = {}
for question, answer in pairs:
    if (question, answer) not in known:
        difference = sympy.sympify(question).diff("x") - sympy.sympify(answer)
        known[question, answer] = sympy.simplify(difference) == 0
    right += known[question, answer]
print(right, len(pairs) - right)
