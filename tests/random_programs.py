"""Random programs, for tests: branches, loops, functions and arrays, nested, with every name assigned before it is used."""

from __future__ import annotations

from random import Random

_SCALARS = ("a", "b", "c")
_VECTORS = ("p", "q")


class RandomProgram:
    """A program over the numbers x and w, the whole number n, and the array v of three numbers.

    Args:
        random: The source of choices.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.counters = 0
        self.functions: list[str] = []
        self.names: list[str] = [*_SCALARS, "x", "w"]
        self.vectors: list[str] = [*_VECTORS, "v"]

    def text(self) -> str:
        """The text of the program."""
        for name in ("f", "g")[: self.random.randrange(3)]:
            self._function(name)
        self.names, self.vectors = [*_SCALARS, "x", "w"], [*_VECTORS, "v"]
        start = ("a = x", "b = w*0.5", "c = 0.25", "p = [x, w, 0.5]", "q = v*0.5")
        self.lines += start
        self._block(0, self.random.randint(2, 5), in_loop=False)
        self.lines.append(f"{self._scalar(2)} + a + b*c + sum(p*q)" + (" + n" if self.random.random() < 0.3 else ""))
        return "\n".join(self.lines)

    # ---- statements ----

    def _line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def _function(self, name: str) -> None:
        self.names, self.vectors = ["u", "t"], []
        self._line(0, f"{name}(u, t) = {{")
        self._line(1, f"s = {self._scalar(1)}")
        self.names.append("s")
        if self.random.random() < 0.4:
            self._line(1, f"for j in 0..{self.random.randint(0, 3)} {{")
            self._line(2, f"s = {self._scalar(1)} + j*0.1")
            self._line(1, "}")
        if self.random.random() < 0.6:
            self._line(1, f"if {self._condition()} {{")
            self._line(2, f"{self.random.choice(('u', 's'))} = {self._scalar(1)}")
            self._line(1, "} else {" if self.random.random() < 0.5 else f"}} else if {self._condition()} {{")
            self._line(2, f"s = {self._scalar(1)}")
            self._line(1, "}")
        if self.random.random() < 0.3:
            self._line(1, f"if {self._condition()} {{")
            self._line(2, self._scalar(1))
            self._line(1, "} else {")
            self._line(2, self._scalar(1))
            self._line(1, "}")
        else:
            self._line(1, self._scalar(2))
        self._line(0, "}")
        self.functions.append(name)

    def _block(self, depth: int, size: int, *, in_loop: bool) -> None:
        for _ in range(size):
            self._statement(depth, in_loop=in_loop)

    def _statement(self, depth: int, *, in_loop: bool) -> None:
        choice = self.random.random()
        if depth > 2 or choice < 0.3:
            self._line(depth, f"{self.random.choice(_SCALARS)} = {self._scalar(2)}")
        elif choice < 0.42:
            self._line(depth, f"{self.random.choice(_VECTORS)} = {self._vector(1)}")
        elif choice < 0.62:
            self._line(depth, f"if {self._condition()} {{")
            self._block(depth + 1, self.random.randint(0, 2), in_loop=in_loop)
            while self.random.random() < 0.3:
                self._line(depth, f"}} else if {self._condition()} {{")
                self._block(depth + 1, self.random.randint(1, 2), in_loop=in_loop)
            if self.random.random() < 0.5:
                self._line(depth, "} else {")
                self._block(depth + 1, self.random.randint(1, 2), in_loop=in_loop)
            self._line(depth, "}")
        elif choice < 0.68 and in_loop:
            self._line(depth, f"if {self._condition()} {{")
            self._block(depth + 1, self.random.randint(0, 1), in_loop=True)
            self._line(depth + 1, "break")
            self._line(depth, "}")
        else:
            self._loop(depth)

    def _loop(self, depth: int) -> None:
        self.counters += 1
        name = f"k{self.counters}"
        kind = self.random.choice(("for", "fed", "rows", "repeat", "while"))
        if kind == "while":
            self._line(depth, f"{name} = 0")
            bound = self.random.randint(1, 4)
            self._line(depth, f"while {name} < {bound} and ({self._condition()}) {{")
            self._line(depth + 1, f"{name} = {name} + 1")
        elif kind == "repeat":
            self._line(depth, f"repeat {self.random.choice(('2', '3', 'n', 'n - 1', '0'))} {{")
        else:
            source = (
                f"0..{self.random.randint(0, 3)}"
                if kind == "for"
                else "1..n"
                if kind == "fed"
                else self.random.choice(self.vectors)
            )
            self._line(depth, f"for {name} in {source} {{")
        known = list(self.names)
        if kind in ("for", "fed", "rows"):
            self.names.append(name)
        self._block(depth + 1, self.random.randint(1, 3), in_loop=True)
        self.names = known
        self._line(depth, "}")

    # ---- expressions ----

    def _condition(self) -> str:
        left, right = self._scalar(1), f"{self.random.uniform(-0.8, 0.8):.3f}"
        test = f"{left} {self.random.choice(('<', '>', '<=', '>='))} {right}"
        choice = self.random.random()
        if choice < 0.15:
            return f"{test} and {self.random.choice(self.names)} < 0.317"
        if choice < 0.3:
            return f"not {test} or {self.random.choice(self.names)} > 0.813"
        return test

    def _scalar(self, depth: int) -> str:
        if depth == 0 or self.random.random() < 0.15:
            return self.random.choice((*self.names, *self.names, "0.7", "1.25", "-0.4"))
        one = self._scalar(depth - 1)
        choices = [f"sin({one})", f"tanh({one})", f"exp(-({one})^2)", f"sqrt(1 + ({one})^2)", f"cos({one})", f"abs({one})"]
        other = self._scalar(depth - 1)
        choices += [f"({one} + {other})", f"({one} - {other})", f"tanh({one}*({other}))", f"({one})/(1 + ({other})^2)"]
        choices += [f"max({one}, {other})", f"({one} if {self.random.choice(self.names)} > 0.137 else {other})"]
        if self.vectors:
            vector = self.random.choice(self.vectors)
            choices += [f"tanh(sum({vector}))", f"{vector}[{self.random.randrange(3)}]", f"tanh({vector} @ {self._vector(0)})"]
        if self.functions:
            choices += [f"tanh({self.random.choice(self.functions)}({one}, {other}))"] * 3
        return self.random.choice(choices)

    def _vector(self, depth: int) -> str:
        if depth == 0:
            return self.random.choice(self.vectors)
        one, other = self._vector(depth - 1), self._vector(depth - 1)
        return self.random.choice(
            (
                f"tanh({one} + {other})",
                f"{one}*0.5 - {self._scalar(1)}",
                f"sin({one}*{other})",
                f"[{self._scalar(1)}, 0.2, {self._scalar(1)}]",
            )
        )
