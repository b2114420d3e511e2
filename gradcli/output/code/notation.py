"""What declarations of languages share: tables of operators and of calls, and heads of files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import prod

from gradcli.output.code.language import Language, Written

_FORMULA = 500
"""Characters of a formula that a comment has."""

OPERATORS = {
    "?": (1, "{0} ? {1} : {2}"),
    "||": (2, "{0} || {1}"),
    "&&": (3, "{0} && {1}"),
    "===": (5, "{0} == {1}"),
    "!==": (5, "{0} != {1}"),
    **{sign: (5, f"{{0}} {sign} {{1}}") for sign in ("<", "<=", ">", ">=")},
    **{sign: (6, f"{{0}} {sign} {{1}}") for sign in "+-"},
    **{sign: (7, f"{{0}} {sign} {{1}}") for sign in "*/"},
    "-1": (8, "-{0}"),
    "!": (8, "!{0}"),
}


def calls(text: str) -> dict[str, str]:
    """A table of functions of the notation, each with how it is called."""
    return dict(line.split(maxsplit=1) for line in text.strip().splitlines())


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTARY = sorted(
    words(
        "sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp expm1 log log2 log10 log1p sqrt cbrt "
        "hypot floor ceil trunc"
    )
)
TWO = words("atan2 hypot")


def elementary(template: str, renamed: Mapping[str, str] = {}) -> dict[str, str]:
    """The functions that most languages have, by the template of a call: ``{name}`` and its operands."""
    found = {}
    for name in ELEMENTARY:
        operands = "{0}, {1}" if name in TWO else "{0}"
        found[f"Math.{name}"] = template.replace("{name}", renamed.get(name, name)).replace("{operands}", operands)
    return found


def in_comment(text: str) -> str:
    """What a person wrote as a line of a comment that is one in every language.

    It has no characters that end a line or turn its direction; it ends neither in a backslash nor in the trigraph of one, by
    which C and Spark go on with the next line; and it says no ``coding=``, by which Python reads a file in another encoding.
    """
    line = " ".join("".join([one if one.isprintable() else " " for one in text]).split())
    line = line if len(line) <= _FORMULA else f"{line[:_FORMULA]} ..."
    return re.sub(r"coding(?=[:=])", "coding ", re.sub(r"(\\|\?\?/|\s)+$", "", line))


def heading(language: Language, written: Written) -> Iterator[str]:
    """What the function is, as comments."""
    yield f"{language.comment} {in_comment(written.formula)}"
    if written.shape or written.values:
        yield f"{language.comment} Its {'values' if written.values else 'value'}{', then ' * bool(written.about)}{written.about}."
    for variable, name in written.routine.renamed.items():
        yield f"{language.comment} {name} is the variable {in_comment(variable)}."


def parted(items: Sequence[str], written: Written) -> tuple[Sequence[str], Sequence[str]]:
    """The values among results, and the derivatives."""
    values = len(items) - prod(written.shape) if written.shape else len(items)
    return items[:values], items[values:]


def returned(results: Sequence[str], written: Written) -> str:
    """What a function hands back: a value or an array of values, and an array of derivatives where there are any."""
    values, derivatives = parted(results, written)
    parts = [nested(values, written.values)]
    parts += [nested(derivatives, written.shape)] if written.shape else []
    return ", ".join(parts)


def rows(items: Sequence[str], shape: tuple[int, ...], between: str) -> str:
    """An array of one axis or two, whose rows are divided by semicolons."""
    width = shape[-1]
    return "; ".join([between.join(items[at : at + width]) for at in range(0, len(items), width)])


def nested(items: Sequence[str], shape: tuple[int, ...]) -> str:
    """Results as an array of a shape; the one result where that has no axis."""
    if not shape:
        return items[0]
    if len(shape) == 1:
        return f"[{', '.join(items)}]"
    size = len(items) // shape[0]
    return f"[{', '.join(nested(items[at : at + size], shape[1:]) for at in range(0, len(items), size))}]"
