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
        inverses: The inverse of a function, where sin^-1 x is one.
        logarithms: The logarithm of each base that has one of its own.
        natural: The names that may mean the natural logarithm or another, and what each is read as.
        absolute: What bars stand for.
        constants: Names of constants.
        fences: Commands of LaTeX for brackets that are functions; those that close are empty.
        heads: Letters that are functions before a parenthesis, each with its function and how many arguments it takes.
        orders: Letters that are functions of an order, which stands raised in parentheses: ψ^{(1)}(x).
        cube_root, root, factorial, binomial: What the signs of them stand for.
        matrices: The functions of matrices: determinant, inverse, power, and the product of columns.
        missing: Words for what there is no function for, and what to write instead.
    """

    functions: Mapping[str, str]
    single: frozenset[str]
    either: frozenset[str]
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
