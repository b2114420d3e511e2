"""What a reading has to know of the functions: it stands below the operations, so it is told by them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from gradcli.frozen import Frozen

_SMALL = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron rho sigma upsilon phi chi psi omega"
_OTHERS = "varepsilon vartheta varphi Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
GREEK = frozenset(f"{_SMALL} {_OTHERS}".split())
"""Letters that are written out: each is one name."""

NO_WORDS = "write the formula without words"
PROSE = {
    "xor": "write a != b for two conditions",
    "nor": "write not (a or b)",
    "iff": "write a == b for two conditions",
    "mod": "write x % 3 for the remainder",
    "of": "write sin(x) for the value of a function, and 0.5*x for a share",
    "to": "write ^ for a power",
    "nCr": "write binomial(n, r)",
    "nPr": "write factorial(n)/factorial(n - r)",
    "per": "write / for a quotient",
    "times": "write * for a product",
    "over": "write / for a quotient",
    "plus": "write + for a sum",
    "minus": "write - for a difference",
    "divides": "write x % y == 0 for a condition",
    "squared": "write x^2 for a square",
    "cubed": "write x^3 for a cube",
    "deg": "write 45 deg or 45° for degrees",
    "in": "write i*n for a product",
    "rad": "leave it out: angles are in radians",
    "dot": "write a @ b for the product of two vectors",
    **dict.fromkeys(("one", "two", "six", "ten"), "write the digits"),
    **dict.fromkeys(("true", "false", "True", "False"), "write 1 for what is true, and 0 for what is false"),
    **dict.fromkeys(("Ans", "ans"), "write the last result itself"),
    **dict.fromkeys(("the", "for", "are", "let", "idk", "DNE", "dne"), NO_WORDS),
}
"""Words of a sentence that stand apart, which nobody means as products of their letters, and what to write."""

LONGEST_PRODUCT = 3
"""Letters that stand side by side for a product; more are a word."""

DERIVATIVE = "diff"
"""The function that d/dx(...) and D[...] are read as."""


def letter(command: str) -> str:
    """The Greek letter of a command of LaTeX; any other name as it is."""
    word = re.sub("^var", "", command.removeprefix("\\"))
    if not command.startswith("\\") or command[1:] not in GREEK:
        return command.removeprefix("\\")
    case = "CAPITAL" if word[0].isupper() else "SMALL"
    return unicodedata.lookup(f"GREEK {case} LETTER {word.upper().replace('LAMBDA', 'LAMDA')}")


class Vocabulary(Frozen, eq=False):
    """The words of a reading.

    Attributes:
        functions: What each function may be called, and its name in the language.
        single: The functions of one argument, by their names in the language: they may stand without parentheses.
        either: Those of them that take more arguments as well: log(x) and log(x, 2).
        angles: The functions of an angle, by their names in the language.
        inverses: The inverse of a function, where sin^-1 x is one.
        logarithms: The logarithm of each base that has one of its own.
        natural: The names that may mean the natural logarithm or another, and what each is read as.
        absolute: What bars stand for.
        constants: Names of constants.
        fences: Commands of LaTeX, and signs, for brackets that are functions; those that close are empty.
        heads: Letters that are functions before a parenthesis, each with its function and how many arguments it takes.
        orders: Letters that are functions of an order, which stands raised in parentheses: ψ^{(1)}(x).
        cube_root, root, factorial, binomial: What the signs of them stand for.
        matrices: The functions of matrices: determinant, inverse, power, the products of columns, and their length.
        missing: Words for what there is no function for, and what to write instead.
    """

    functions: Mapping[str, str]
    single: frozenset[str]
    either: frozenset[str]
    angles: frozenset[str]
    inverses: Mapping[str, str]
    logarithms: Mapping[str, str]
    natural: str
    absolute: str
    constants: frozenset[str]
    missing: Mapping[str, str]
    fences: Mapping[str, str]
    heads: Mapping[str, tuple[str, int]]
    orders: Mapping[str, str]
    cube_root: str
    root: str
    factorial: str
    binomial: str
    matrices: Mapping[str, str]

    def function(self, name: str) -> str | None:
        """The function that a name means in front of an argument, ``log_3`` of a base; None where it means none."""
        stem, _, base = name.partition("_")
        base = base.strip("{}")
        if base and name not in self.functions and self.functions.get(stem) == self.natural:
            return self.logarithms.get(base) or (f"{self.natural}_{base}" if base.isalnum() else None)
        found = self.functions.get(name)
        if found is None and len(name) > 1 and name.lower() != name:
            found = self.functions.get(name.lower())
        return found
