"""The corpus of expressions that derivatives and their simplification are tried on: the same in every run."""

from __future__ import annotations

import random
from typing import NamedTuple

from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import Operation

Interval = tuple[float, float]

ANYWHERE = (-2.0, 2.0)
POSITIVE = (0.3, 2.5)
INSIDE = (0.1, 0.9)


class Example(NamedTuple):
    """An expression, and the interval that each of its variables is drawn from."""

    text: str
    intervals: dict[str, Interval]


TEXTBOOK = """
(x+w)*(w+1)
3*x^4 - 2*x^3 + x - 7
(x^2+1)*(x^3-2*x)
(2*x+1)^5*(x-3)^4
x*(x-1)*(x-2)*(x-3)
(x^2+1)/(x-1)
(x-1)/(x+1)
x/(x^2+1)
(x^2-1)/(x^2+1)
1/x + 1/x^2
1/(x^2+x+1)
(a*x+b)/(c*x+d)
1/(1+1/x)
x^3/(x-2)^2
sqrt(x)
sqrt(x^2+1)
sqrt(1-x^2)
x*sqrt(1-x^2)
x/sqrt(x^2+1)
1/sqrt(1+x^2)
(1+x^2)^(3/2)
cbrt(x^2+1)
x^(2/3)
sqrt(x+sqrt(x))
sqrt((1-x)/(1+x))
exp(x^2)
x*exp(-x)
x*exp(-x^2)
x^2*exp(3*x)
exp(x)/x
exp(-x)*sin(2*x)
exp(sin(x))
exp(exp(x))
(exp(x)-exp(-x))/(exp(x)+exp(-x))
(exp(x)-1)/(exp(x)+1)
2^x
x*2^(-x)
10^(x^2)
log(x)
x*log(x)
x*log(x) - x
log(x)/x
log(x)^2
log(x^2+1)
log(log(x))
log(sqrt(x))
log(x + sqrt(x^2+1))
log((1+x)/(1-x))
log(sin(x))
log(abs(x))
x^2*log(x)
1/log(x)
log2(x)*x
x^x
x^sin(x)
sin(x)^x
(1+1/x)^x
x^(1/x)
a^x*x^a
x^w
sin(x)*cos(x)
sin(x)^2
sin(x)^2+cos(x)^2
sin(x)/x
sin(x)/(1+cos(x))
tan(x)
tan(x)^2
x*tan(x)
sin(2*x)*cos(3*x)
sin(x^2)
sin(cos(x))
sin(cos(tan(x)))
cos(sqrt(x))
1/cos(x)
1/sin(x)
cos(x)/sin(x)
x^2*sin(1/x)
sin(a*x+b)
A*cos(omega*t + phi)
asin(x)
x*asin(x)+sqrt(1-x^2)
acos(x)
atan(x)
x*atan(x)
atan(1/x)
atan(x/a)/a
atan2(x, w)
sinh(x)
cosh(x)
tanh(x)
x*tanh(x)
tanh(x)^2
log(cosh(x))
asinh(x)
atanh(x)
sinh(x)*cosh(x)
1/cosh(x)
exp(-(x-mu)^2/(2*s^2))/sqrt(2*pi*s^2)
exp(-x^2/2)/sqrt(2*pi)
-(x-mu)^2/(2*s^2) - log(s)
lambda*exp(-lambda*x)
k*x^(k-1)*exp(-x^k)
x^(a-1)*(1-x)^(b-1)
1/(pi*(1+x^2))
gamma/(pi*((x-x0)^2+gamma^2))
1/(1+exp(-x))
1/(1+exp(-k*(x-x0)))
L/(1+exp(-k*(x-m)))
log(1+exp(x))
exp(x)/(1+exp(x))
exp(x)/(exp(x)+exp(w))
-y*log(p) - (1-y)*log(1-p)
sigmoid(w0*x0 + w1*x1 + w2)
tanh(w*x+b)
relu(w*x+b)
softplus(x)
log(exp(x)+exp(w))
(y - sigmoid(w*x+b))^2
(y - w*x - b)^2
ln(x1) + x1*x2 - sin(x2)
x1*x2*x3 + sin(x1*x2)
x^2*y^3
x*y/(x^2+y^2)
(x-y)/(x+y)
sqrt(x^2+y^2)
1/sqrt(x^2+y^2+z^2)
log(x^2+y^2)
exp(x*y)
x*exp(y) - y*exp(x)
sin(x*y)
sin(x)*cos(y)
x^2*y - 3*x*y^2 + 2
(1-x)^2 + 100*(y-x^2)^2
x^2 + x*y + y^2
abs(x)
x*abs(x)
abs(x-1)
sqrt(x^2)
max(x, w)
abs(sin(x))
erf(x)
erf(x/sqrt(2))
x*erf(x) + exp(-x^2)/sqrt(pi)
lgamma(x)
G*m*M/r^2
k*q/r
v*t + a*t^2/2
m*c^2/sqrt(1-v^2/c^2)
4*eps*((s/r)^12 - (s/r)^6)
R*T/(V-b) - a/V^2
1/(exp(x/T)-1)
x^3/(exp(x)-1)
V*x/(K+x)
x^n/(K^n+x^n)
P*(1+r/n)^(n*t)
x*(1-x)
x*log(x) + (1-x)*log(1-x)
p*log(p/q)
""".strip().splitlines()
"""Expressions of calculus books, of physics, statistics and machine learning."""

FRAMES = ("{f}", "{x}*{f}", "{f}^2", "{f}/({x}^2 + 1)")
"""What each operation stands in: alone, in a product, under a power, and in a quotient."""

FIXED = {"threshold": ("threshold",)}
"""Arguments that an operation has no derivative by; where the sample is one point the argument is a number as well."""

FUNCTIONS = ["sin", "cos", "exp", "log", "sqrt", "tanh", "atan", "sigmoid", "square", "tan", "sinh", "abs"]


def _call(operation: Operation, *, all_arguments: bool) -> Example:
    """An operation on variables; the arguments that may be left out are numbers."""
    words: list[str] = []
    intervals: dict[str, Interval] = {}
    shown = len(operation.samples) if operation.variadic or all_arguments else operation.required
    parameters = list(operation.parameters) + [f"x{at}" for at in range(len(operation.parameters), shown)]
    for index, (parameter, (low, high)) in enumerate(list(zip(parameters, operation.samples, strict=False))[:shown]):
        fixed = (
            low == high or parameter in FIXED.get(operation.name, ()) or (index >= operation.required and not operation.variadic)
        )
        if fixed:
            words.append(f"{(low + high) / 2:g}")
        else:
            words.append("xwv"[index])
            intervals[words[-1]] = (low, high)
    if operation.name == "where":
        words[0] = "x < 1.5"
    return Example(f"{operation.name}({', '.join(words)})", intervals)


def _of_operations() -> list[Example]:
    examples: list[Example] = []
    for operation in OPERATIONS.values():
        for all_arguments in (False, True) if operation.defaults else (False,):
            text, intervals = _call(operation, all_arguments=all_arguments)
            for frame in FRAMES:
                f = text if operation.differentiable else f"where({text}, x^2, 3*x)"
                examples.append(Example(frame.format(f=f, x="x" if "x" in intervals else "w"), intervals))
    return examples


def _random(source: random.Random, depth: int) -> str:
    """A random expression; it need not be defined anywhere."""
    if depth == 0 or source.random() < 0.12:
        return source.choice(["x", "x", "x", "w", "w", "1", "2", "3", "1/2", "pi"])
    inner = lambda: _random(source, depth - 1)  # noqa: E731
    kind = source.random()
    if kind < 0.25:
        return f"({inner()} + {inner()})"
    if kind < 0.35:
        return f"({inner()} - {inner()})"
    if kind < 0.6:
        return f"{inner()}*{inner()}" if source.random() < 0.7 else f"({inner()})*({inner()})"
    if kind < 0.72:
        return f"({inner()})/({inner()})"
    if kind < 0.82:
        return f"({inner()})^{source.choice(['2', '3', '(1/2)', '(-1)', '(-2)', '(3/2)', 'x', 'w'])}"
    return f"{source.choice(FUNCTIONS)}({inner()})"


def _randoms(count: int) -> list[Example]:
    source = random.Random(2024)
    texts: dict[str, None] = {}
    while len(texts) < count:
        text = _random(source, source.choice([2, 3, 4]))
        if "x" in text.replace("exp", ""):
            texts[text] = None
    return [Example(text, {}) for text in texts]


_ALL = [*(Example(text, {}) for text in TEXTBOOK), *_of_operations(), *_randoms(200)]
CORPUS = list({example.text: example for example in reversed(_ALL)}.values())[::-1]
"""Examples; where there are no intervals the variables are drawn from wherever the expression is defined."""
