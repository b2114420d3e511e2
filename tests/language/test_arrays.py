"""Arrays in the language: what their trees are, what their formulas look like, and what is refused that the grammar allows."""

from __future__ import annotations

import pytest

from gradcli.errors import GradcliError
from gradcli.language.ast import (
    Array,
    Ellipsis,
    Expression,
    Index,
    Name,
    Number,
    Output,
    Slice,
    Transposed,
    Tuple,
    children,
    postorder,
)
from gradcli.language.parser import parse
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.output.formulas.latex import to_latex
from gradcli.output.formulas.mathml import to_mathml


def parsed(text: str) -> Expression:
    [statement] = parse(text).statements
    assert isinstance(statement, Output)
    return statement.value


# ---- trees ----


def test_each_node_knows_its_place_in_the_text() -> None:
    text = "(x + [1, 2; 3, y])[0, 1:n, ::-1, ...].T"
    pieces = [text[slice(*node.span)] for node in postorder(parsed(text))]
    assert pieces == ["x", "1", "2", "1, 2", "3", "y", "3, y", "[1, 2; 3, y]", "x + [1, 2; 3, y]", "0", "1", "n", "1:n", "1",
                      "-1", "::-1", "...", text[:-2], text]  # fmt: skip


def test_the_parts_of_a_slice_keep_their_places() -> None:
    bounds = [(item.start, item.stop, item.step) for item in children(parsed("A[:, a:, :b, ::c, a:b, a::c, :b:c, a:b:c]"))[1:]]  # type: ignore[attr-defined]
    assert ["".join(bound.name if bound else "-" for bound in three) for three in bounds] == [
        "---", "a--", "-b-", "--c", "ab-", "a-c", "-bc", "abc"
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["[a, [b]][c:d:e, f:, :g, ::h, ...].T + sum(i, axis=(j, k))", "[[a, b], [c, d]]"])
def test_a_rewriting_reaches_every_operand_once_and_keeps_the_rest(text: str) -> None:
    tree = parsed(text)
    assert mapped(tree, lambda node: node) == tree
    doubled = mapped(tree, lambda node: Name(node.name * 2, node.span) if isinstance(node, Name) else node)
    names = [node.name for node in postorder(tree) if isinstance(node, Name)]
    assert [node.name for node in postorder(doubled) if isinstance(node, Name)] == [name * 2 for name in names]
    assert mapped(doubled, lambda node: Name(node.name[0], node.span) if isinstance(node, Name) else node) == tree


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("[\n  1,\n  2,\n]", "[1, 2]"),
        ("[\n 1, 2;\n\n 3, 4\n]", "[[1, 2], [3, 4]]"),
        ("[1\n+ 2, # one\n 3]", "[1 + 2, 3]"),
        ("A[\n0\n]", "A[0]"),
        ("A[0:\n:\n2,\n1]", "A[0::2, 1]"),
        ("[f(\n1, 2\n)\n]", "[f(1, 2)]"),
    ],
)
def test_newlines_inside_brackets_are_white_space(text: str, canonical: str) -> None:
    assert to_text(parsed(text)) == canonical


def test_a_newline_outside_of_brackets_ends_a_statement() -> None:
    first, second = parse("x\n[1]").statements
    assert isinstance(first, Output)
    assert isinstance(second, Output)
    assert isinstance(first.value, Name)
    assert isinstance(second.value, Array)


# ---- refused by what the rules build ----


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("[[1, 2], [3]]", "[3]", "the rows of an array have the same length, and these have 2 and 1"),
        ("[[x, y], [z]]", "[z]", "the rows of an array have the same length, and these have 2 and 1"),
        ("[1, 2; 3]", "3", "the rows of an array have the same length, and these have 2 and 1"),
        ("[1; 3, 4;]", "3, 4", "the rows of an array have the same length, and these have 1 and 2"),
        ("[[[1], [2]], [[3, 4], [5, 6]]]", "[3, 4]", "the rows of an array have the same length, and these have 1 and 2"),
        ("[[1, 2], 3]", "3", "the items of an array are all rows or all numbers, and this is a number"),
        ("[1, [2]]", "1", "the items of an array are all rows or all numbers, and this is a number"),
        ("[[[1]], [2]]", "2", "the items of an array are all rows or all numbers, and this is a number"),
        ("[[1, 2]; [3, 4]]", "[1, 2]", "rows that ';' separates have no brackets of their own"),
        ("a = [1,\nb = 3", "[", "this '[' is never closed"),
        ("a = [1\nb = 3", "[", "this '[' is never closed"),
        ("[1\n2]", "[", "this '[' is not closed where its line ends"),
        ("v[i\nw", "[", "this '[' is not closed where its line ends"),
    ],
)
def test_what_is_refused_has_a_place_and_a_hint(text: str, place: str, message: str) -> None:
    with pytest.raises(GradcliError) as caught:
        parse(text)
    assert caught.value.message == message
    assert caught.value.hint
    start, end = caught.value.span or (0, 0)
    assert text[start:end] == place


# ---- depth ----

DEEP = 6_000


@pytest.mark.parametrize(
    ("left", "right"),
    [("[", "]"), ("v[", "]"), ("[[2], ", "][0]"), ("([", "])"), ("f(x, k=[", "])"), ("-[", ",].T")],
    ids=["arrays", "indices", "parts", "parentheses", "keywords", "transposed"],
)
def test_depth_has_no_limit(left: str, right: str) -> None:
    count = DEEP // len(left)
    text = left * count + "x" + right * count
    tree = parsed(text)
    assert to_text(mapped(tree, lambda node: node)) == to_text(tree)
    with pytest.raises(GradcliError):
        parse(text[:-1])


def test_chains_of_parts_have_no_limit() -> None:
    text = "v" + "[0].T" * DEEP
    assert to_text(parsed(text)) == text


# ---- formulas ----


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("[1, x]", r"\begin{pmatrix} 1 \\ x \end{pmatrix}"),
        ("[1, 2; 3, x^2]", r"\begin{pmatrix} 1 & 2 \\ 3 & x^{2} \end{pmatrix}"),
        ("[1; 2]", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"),
        ("[[[1], [2]]]", r"\begin{pmatrix} \begin{pmatrix} 1 \\ 2 \end{pmatrix} \end{pmatrix}"),
        ("[v, [1, 2]]", r"\begin{pmatrix} v \\ \begin{pmatrix} 1 \\ 2 \end{pmatrix} \end{pmatrix}"),
        ("v[0]", "v_{0}"),
        ("x1[0]", "{x_{1}}_{0}"),
        ("A[0][1]", "{A_{0}}_{1}"),
        ("A[:, 0:2, ::-1, ...]", r"A_{{:}, 0{:}2, {:}{:}-1, \dots}"),
        ("(x + y)[1]", r"\left(x + y\right)_{1}"),
        ("(2)[0]", r"\left(2\right)_{0}"),
        ("A.T", r"A^{\top}"),
        ("A.T.T", r"\left(A^{\top}\right)^{\top}"),
        ("A.T^2", r"\left(A^{\top}\right)^{2}"),
        ("A.T[0]", r"{A^{\top}}_{0}"),
        ("A[0].T^2", r"\left(A_{0}^{\top}\right)^{2}"),
        ("exp(x).T", r"\left(e^{x}\right)^{\top}"),
        ("-A.T", r"-A^{\top}"),
        ("2A[0]", "2 A_{0}"),
        ("f(A, axis=(0, 1))", r"\operatorname{f}\left(A, \mathrm{axis} = \left(0, 1\right)\right)"),
    ],
)
def test_latex(text: str, latex: str) -> None:
    assert to_latex(parsed(text)) == latex


def plain(mathml: str) -> str:
    """MathML without what it says of the look of its operators."""
    for sign in "()":
        for tall in ("true", "false"):
            form = "prefix" if sign == "(" else "postfix"
            written = f'<mo form="{form}" fence="true" stretchy="{tall}" lspace="0" rspace="0">{sign}</mo>'
            mathml = mathml.replace(written, f"<mo>{sign}</mo>")
    return mathml


@pytest.mark.parametrize(
    ("text", "mathml"),
    [
        ("[[1, x]]", "<mrow><mo>(</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mi>x</mi></mtd></mtr></mtable><mo>)</mo></mrow>"),
        (
            "[1; x]",
            "<mrow><mo>(</mo><mtable><mtr><mtd><mn>1</mn></mtd></mtr><mtr><mtd><mi>x</mi></mtd></mtr></mtable><mo>)</mo></mrow>",
        ),
        ("v[0]", "<msub><mi>v</mi><mrow><mn>0</mn></mrow></msub>"),
        (
            "v[0:1, ...]",
            "<msub><mi>v</mi><mrow><mrow><mn>0</mn><mo>:</mo><mn>1</mn></mrow><mo>,</mo><mo>…</mo></mrow></msub>",
        ),
        ("A.T", "<msup><mi>A</mi><mo>⊤</mo></msup>"),
        ("A.T^2", "<msup><mrow><mo>(</mo><msup><mi>A</mi><mo>⊤</mo></msup><mo>)</mo></mrow><mn>2</mn></msup>"),
        ("(2).T", "<msup><mrow><mo>(</mo><mn>2</mn><mo>)</mo></mrow><mo>⊤</mo></msup>"),
    ],
)
def test_mathml(text: str, mathml: str) -> None:
    assert plain(to_mathml(parsed(text))) == mathml


def test_a_matrix_of_matrices_is_well_formed() -> None:
    shown = to_mathml(parsed("[[[1, 2], [3, 4]], [[5, 6], [7, [8][0]]]]"))
    assert shown.count("<mtable>") == shown.count("</mtable>") == 4
    assert shown.count("<mtr>") == shown.count("</mtr>")
    assert shown.count("<mtd>") == shown.count("</mtd>")


def test_numbers_and_partials_are_closed_off_from_an_index() -> None:
    assert to_text(Index(Number(2), (Slice(None, None), Ellipsis()))) == "(2)[:, ...]"
    assert to_text(Transposed(Number(-2))) == "(-2).T"
    assert to_text(Tuple((Number(-2),))) == "(-2,)"
