"""What declarations of languages share: tables of operators and of calls, and heads of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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


def heading(language: Language, written: Written) -> Iterator[str]:
    """What the function is, as comments."""
    formula = " ".join(written.formula.split())
    yield f"{language.comment} {formula if len(formula) <= _FORMULA else f'{formula[:_FORMULA]} ...'}"
    if written.shape:
        yield f"{language.comment} Its value, then the derivatives by {'; by '.join(', '.join(names) for names in written.by)}."
    for variable, name in written.routine.renamed.items():
        yield f"{language.comment} {name} is the variable {' '.join(variable.split())}."


def nested(items: Sequence[str], shape: tuple[int, ...], opening: str, closing: str) -> str:
    """Results as an array of a shape."""
    if len(shape) == 1:
        return f"{opening}{', '.join(items)}{closing}"
    size = len(items) // shape[0]
    return (
        opening
        + ", ".join(nested(items[at : at + size], shape[1:], opening, closing) for at in range(0, len(items), size))
        + closing
    )
