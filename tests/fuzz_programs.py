"""Random programs from the features of the language, by a seed: the same seed gives the same programs in every run."""

from __future__ import annotations

import random

VARIABLES = {"x": 0.75, "w": -1.5, "θ": 2.0}
FUNCTIONS = ("sin", "exp", "tanh", "abs", "sqrt", "log", "relu", "sigmoid", "floor", "sinc", "softplus", "square")
OF_TWO = ("max(%s, %s)", "hypot(%s, %s)", "atan2(%s, %s)", "clamp(%s, max=%s)", "where(%s > 0, %s, 2)", "mul(%s, %s)")
NUMBERS = ("0", "1", "2", "0.1", "0.2", "1e-3", "1e400", "1e-400", "123e-10000000", ".5", "3e−2", "pi", "e", "tau", "π", "7/3")
ARRAYS = ("sum([%s, %s, 1])", "[%s, %s][1]", "sum([[%s, 1], [%s, 2]], axis=0)[0]", "prod([%s, %s])", "norm([%s, %s])")


class Programs:
    """Makes programs.

    Args:
        seed: What the programs depend on.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def program(self) -> str:
        """The text of a program; its last statement gives a number."""
        head: list[str] = []
        names = list(VARIABLES)
        for _ in range(self.random.randrange(3)):
            head.append(self.statement(names))
        if self.random.random() < 0.2:
            head.insert(0, "# a comment, and then the program")
        return "\n".join([*head, self.expression(names, 3)])

    def statement(self, names: list[str]) -> str:
        """A statement; a name that it assigns is one of ``names`` from then on."""
        name = f"a{len(names)}"
        first, other = self.expression(names, 2), self.expression(names, 2)
        condition = self.condition(names)
        kinds = (
            f"{name} = {first}",
            f"if {condition} {{ {name} = {first} }} else {{ {name} = {other} }}",
            f"{name} = {first}; for i in 0..3 {{ {name} = {name}/2 + i }}",
            f"{name} = {first}; repeat 2 {{ if {condition} {{ break }}; {name} = {name}*{other} }}",
            f"g{name}(u) = u*{self.expression(['u'], 1)}; {name} = g{name}({first})",
            f"{name} = {first}; print {name}",
        )
        names.append(name)
        return self.random.choice(kinds)

    def condition(self, names: list[str]) -> str:
        """A condition."""
        sign = self.random.choice(("<", "<=", ">", ">=", "==", "!="))
        text = f"{self.expression(names, 0)} {sign} {self.expression(names, 0)}"
        return self.random.choice((text, f"not ({text})", f"{text} and {names[0]} > 0", f"0 or {text}"))

    def expression(self, names: list[str], depth: int) -> str:
        """An expression, nested at most ``depth`` deep: the generator alone recurses, and over nothing that a user gives."""
        if depth == 0:
            return self.random.choice((*names, *names, *NUMBERS))
        one, other = self.expression(names, depth - 1), self.expression(names, depth - 1)
        shapes = (
            *[f"({one} {sign} {other})" for sign in "+-*/"],
            f"({one})^{self.random.choice(('2', '3', '-1', '0.5'))}",
            f"-({one})",
            f"2({one})",
            f"{self.random.choice(FUNCTIONS)}({one})",
            self.random.choice(OF_TWO) % (one, other),
            self.random.choice(ARRAYS) % (one, other),
            f"({one} if {self.condition(names)} else {other})",
            f"({one})²",
        )
        return self.random.choice(shapes)
