"""`gradcli explain` on the command line: its formats say the same, are sound in themselves, and files are whole or not there."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from commandline import command
from corpus import TEXTBOOK
from jsonschema import Draft202012Validator

from gradcli.derivation.explain import DETAILS, VIEWS
from gradcli.ops.catalogue import OPERATIONS
from gradcli.output.schemas import SCHEMAS

WORKED = ["explain", "(x+w)*(w+1)", "--wrt", "w", "--x", "2", "--w", "1"]
HOSTILE = "θ_1*重量 + naïve^2 + max(a_b, w1) + abs(_u)*(x_y_z % 3) + (θ_1 if θ_1 > 0 else -θ_1)"
EXPRESSIONS = [*TEXTBOOK[::5], HOSTILE, "a_1 = x*y_2; b = a_1*a_1; b*sin(a_1)", "x*x/x"]


def explain(*arguments: str) -> str:
    """What a call prints; it must succeed."""
    code, out, err = command(["explain", *arguments])
    assert (code, err) == (0, "")
    return out


# ---- text ----


def test_the_worked_example_node_by_node() -> None:
    _, out, _ = command(WORKED)
    assert (
        out
        == """\
y = (x + w)·(w + 1) = 6 at x = 2, w = 1
∂y/∂w = 2w + x + 1 = 5

Forward: the nodes in the order of evaluation
  node  is     value
  a     x + w      3
  b     w + 1      2
  y     a·b        6

∂y/∂w by the chain rule
  ∂y/∂w = ∂y/∂a·∂a/∂w + ∂y/∂b·∂b/∂w   one term for each path: w→a→y, w→b→y
        = b·1 + a·1                   local derivatives
        = b + a                       factors 1 dropped
        = (w + 1) + (x + w)           a and b written out
        = 2w + x + 1                  like terms collected
        = 2·1 + 2 + 1                 w = 1, x = 2
        = 5
"""
    )


def test_the_worked_example_path_by_path() -> None:
    out = explain("(x+w)*(w+1)", "--wrt", "w", "--x", "2", "--w", "1", "--by", "paths")
    assert "2 paths from w to y\n" in out
    assert "  w→a→y  ∂y/∂a·∂a/∂w = b·1                 b       2\n" in out
    assert "        = 2w + x + 1                  like terms collected\n" in out
    assert "  reverse mode                          2                    3  1 through the graph\n" in out


def test_the_worked_example_by_the_rules_of_calculus() -> None:
    out = explain("(x+w)*(w+1)", "--wrt", "w", "--by", "rules")
    assert (
        out
        == """\
y = (x + w)·(w + 1)
∂y/∂w = 2w + x + 1

∂y/∂w by the rules of calculus
A prime is the derivative by w; x is a constant.

1  product rule: (u·v)' = u'·v + u·v' with u = x + w, v = w + 1
  ((x + w)·(w + 1))' = (x + w)'·(w + 1) + (x + w)·(w + 1)'
                     = 1·(w + 1) + (x + w)·1   by 1.1 and 1.2
                     = (w + 1) + (x + w)       simplified

  1.1  sum rule: (u + v)' = u' + v' with u = x, v = w
    (x + w)' = x' + w'
             = 0 + 1   x' = 0, w' = 1
             = 1       simplified

  1.2  sum rule: (u + v)' = u' + v' with u = w, v = 1
    (w + 1)' = w' + 1'
             = 1 + 0   w' = 1, 1' = 0
             = 1       simplified

Put together
  ∂y/∂w = (w + 1) + (x + w)   by 1
        = 2w + x + 1          like terms collected
"""
    )


def test_brief_folds_the_rewriting() -> None:
    out = explain("(x+w)*(w+1)", "--wrt", "w", "--x", "2", "--w", "1", "--steps", "brief")
    assert (
        out.split("by the chain rule\n")[1]
        == """\
  ∂y/∂w = ∂y/∂a·∂a/∂w + ∂y/∂b·∂b/∂w   one term for each path: w→a→y, w→b→y
        = b·1 + a·1                   local derivatives
        = 2w + x + 1                  like terms collected
        = 5
"""
    )


def test_full_shows_one_by_one_what_usually_is_one_step() -> None:
    out = explain("(x+w)*(w+1)", "--wrt", "w", "--x", "2", "--w", "1", "--steps", "full")
    for line in (
        "  ∂y/∂b = a                           since y = a·b\n",
        "        = w + 1 + x + w               parentheses dropped\n",
        "        = 2 + 2 + 1                   each term computed\n",
    ):
        assert line in out


def test_symbols_alone_show_no_numbers() -> None:
    for by in VIEWS:
        assert "0.3" not in explain("sin(x*w)", "--by", by).replace("0.30", "")
        document = json.loads(explain("sin(x*w)", "--by", by, "--json"))
        assert document["value"] is document["grad"] is document["bindings"] is None


@pytest.mark.parametrize("function", [name for name, one in OPERATIONS.items() if one.partials and len(one.parameters) == 1])
def test_the_derivative_stands_above_its_derivation(function: str) -> None:
    code, out, _ = command(["explain", f"{function}(x)", "--by", "rules"])
    head = out.splitlines()[1]
    assert (code, head.startswith("dy/dx = ")) == (0, True)  # of acosh too, which has no value at 0


def test_several_variables_come_in_turn() -> None:
    out = explain("x*w", "--wrt", "w,x", "--by", "rules")
    assert out.index("∂y/∂w by the rules") < out.index("∂y/∂x by the rules")


def test_rich_and_ascii() -> None:
    assert "product rule" in explain("x*sin(x)", "--by", "rules", "--format", "rich")
    assert explain("x*sin(x)", "--by", "paths", "--ascii", "--x", "2").isascii()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["(x+w)*(w+1)", "--x", "2"], 2, "no value for w"),
        (["x", "--x", "2", "--v", "1"], 2, "no variable v"),
        (["x*w", "--wrt", "v"], 2, "no variable v"),
        (["x", "--by", "node"], 2, "did you mean nodes?"),
        (["1/x", "--x", "0", "--strict"], 3, "y is inf"),
        (["+".join(["x*w"] * 2000)], 4, "--max-nodes"),
        (["x", "-o", "lesson"], 2, "does not tell its format"),
        (["x", "-o", "lesson.htm2"], 2, "did you mean .htm"),
        (["x", "-o", "/nowhere/lesson.md"], 2, "cannot write"),
        (["f(u) = f(u); f(x)"], 2, "no end"),
        (["x", "--max-paths", "0"], 2, "from 1 on"),
    ],
)
def test_errors(arguments: list[str], code: int, said: str) -> None:
    found, out, err = command(["explain", *arguments])
    assert (found, out) == (code, "")
    assert said in err


# ---- files ----


@pytest.mark.parametrize("suffix", ["txt", "md", "markdown", "tex", "html", "htm", "json"])
def test_a_file_has_the_format_of_its_name(suffix: str, tmp_path: Path) -> None:
    names = {"txt": "text", "md": "markdown", "tex": "latex", "htm": "html"}
    path = tmp_path / f"lesson.{suffix}"
    assert explain("x*sin(x)", "-o", str(path)) == ""
    assert path.read_text("utf-8") == explain("x*sin(x)", "--format", names.get(suffix, suffix))
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_a_file_that_cannot_be_completed_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "lesson.md"
    path.write_text("before")
    assert command(["explain", "sin(" * 3000 + "x" + ")" * 3000, "-o", str(path)])[0] == 4
    assert path.read_text() == "before"
    folder = tmp_path / "folder.md"
    folder.mkdir()
    assert command(["explain", "x", "-o", str(folder)])[0] == 2
    assert sorted(found.name for found in tmp_path.iterdir()) == ["folder.md", "lesson.md"]


# ---- the other formats ----


@pytest.mark.parametrize("by", VIEWS)
@pytest.mark.parametrize("detail", DETAILS)
def test_json_follows_its_schema(by: str, detail: str) -> None:
    validator = Draft202012Validator(SCHEMAS["explain"])
    for text in EXPRESSIONS:
        document = json.loads(explain(text, "--by", by, "--steps", detail, "--json"))
        validator.validate(document)
    for text in (["x^x", "--x", "2"], ["log(x)*w", "--x", "0", "--w", "1"], ["x if x > 0 else w", "--x", "1", "--w", "1"]):
        _, out, _ = command(["explain", *text, "--by", by, "--steps", detail, "--json"])
        validator.validate(json.loads(out))
    Draft202012Validator.check_schema(SCHEMAS["explain"])


def test_json_has_long_counts_as_digits() -> None:
    document = json.loads(explain("; ".join(["y = x", *["y = y + y"] * 60]), "--by", "paths", "--json"))
    Draft202012Validator(SCHEMAS["explain"]).validate(document)
    assert document["paths"][0]["count"] == str(2**60)
    assert document["paths"][0]["listed"] == 20


@pytest.mark.parametrize("by", VIEWS)
def test_every_format_has_the_same_steps(by: str) -> None:
    for text in EXPRESSIONS[:8]:
        document = json.loads(explain(text, "--by", by, "--json"))
        steps = sum(len(chain) for chain in _chains(document))
        counts = {
            "markdown": len(
                re.findall(r"\| \$\\displaystyle (?:=|\\approx) ", explain(text, "--by", by, "--format", "markdown"))
            ),
            "latex": len(re.findall(r"&(?:=|\\approx) ", explain(text, "--by", by, "--format", "latex"))),
            "html": explain(text, "--by", by, "--format", "html").count('<td class="left">'),
        }
        assert counts == dict.fromkeys(counts, steps)


def _chains(document: dict[str, Any]) -> list[list[Any]]:
    if document["equations"] is not None:
        return [equation["steps"] for equation in document["equations"]]
    if document["paths"] is not None:
        return [paths["sum"] for paths in document["paths"]]
    return [
        chain
        for derivation in document["rules"]
        for chain in (*(application["steps"] for application in derivation["applications"]), derivation["result"])
    ]


@pytest.mark.parametrize("by", VIEWS)
def test_latex_is_balanced(by: str) -> None:
    for text in EXPRESSIONS:
        source = explain(text, "--by", by, "--steps", "full", "--format", "latex")
        plain = re.sub(r"\\\\|\\[{}$&#%_]", "", source)
        depth = 0
        for character in plain:
            depth += (character == "{") - (character == "}")
            assert depth >= 0
        assert depth == 0
        assert plain.count("$") % 2 == 0
        assert len(re.findall(r"\\left\b", plain)) == len(re.findall(r"\\right\b", plain))
        environments: list[str] = []
        for kind, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", plain):
            if kind == "begin":
                environments.append(name)
            else:
                assert environments.pop() == name
        assert not environments
        assert source.isascii() or text == HOSTILE


class _Tags(HTMLParser):
    """Whether every element is closed, and what it is allowed to be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "link", "img", "iframe", "object")
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attributes)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("by", VIEWS)
def test_html_is_one_sound_page(by: str) -> None:
    for text in EXPRESSIONS:
        page = explain(text, "--by", by, "--steps", "full", "--format", "html")
        tags = _Tags()
        tags.feed(page)
        assert tags.open == []
        assert "prefers-color-scheme: dark" in page
        assert "http" not in page


def test_html_escapes_what_the_user_wrote() -> None:
    page = explain('print "<script>alert(1)</script> &", x; x < 2 and w > 1 # <script> too\n', "--format", "html")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("by", VIEWS)
def test_markdown_has_sound_tables(by: str) -> None:
    for text in EXPRESSIONS:
        columns = 0
        for line in explain(text, "--by", by, "--format", "markdown").splitlines():
            if not line.startswith("|"):
                columns = 0
                continue
            cells = line.replace(r"\|", "").count("|")
            assert columns in (0, cells), line
            columns = cells
            assert line.replace(r"\$", "").count("$") % 2 == 0


def test_latex_has_no_double_superscripts() -> None:
    assert r"y = \left(e^{x}\right)^{2}" in explain("exp(x)^2", "--format", "latex")
    assert r"y = \left(x + 1\right)^{2}" in explain("square(x + 1)", "--format", "latex")


# ---- arrays ----


def shaped(program: str, *shapes: str) -> list[str]:
    """The arguments of a program whose variables have shapes."""
    return [program, *(word for shape in shapes for word in ("--shape", shape))]


ARRAYS = [
    ["L = sum((W @ x + b)^2)", "--W", "[[1,2],[3,4]]", "--x", "[1,2]", "--b", "[0,1]"],
    shaped("L = sum((W @ x + b)^2)", "W=2,2", "x=2", "b=2"),
    shaped("h = relu(X @ V + c); cross_entropy(h @ W + b, [0, 1])", "X=2,3", "V=3,4", "c=4", "W=4,2", "b=2"),
    shaped("sum(layer_norm(X, g, b)*X) + norm(g) + max(b) + dot(g, b) + sum(outer(g, b))", "X=2,3", "g=3", "b=3"),
    shaped("sum(avg_pool2d(relu(conv2d(X, K)), 2)) + trace(X[0] @ inv(X[0])) + sum(X[:, 1:, ::2])", "X=1,3,3", "K=1,1,2,2"),
    ["sum(cumprod(v)) + prod(v) + v[0] + v[2]", "--v", "[1.5, 2.25, 3.125]"],
    ["v*w", "--v", "[1, 2]", "--w", "[3, 4]", "--cotangent", "[1, 10]"],
]


@pytest.mark.parametrize("arguments", ARRAYS, ids=lambda arguments: arguments[0][:40])
@pytest.mark.parametrize("detail", DETAILS)
def test_arrays_in_every_format(arguments: list[str], detail: str) -> None:
    arguments = [*arguments, "--steps", detail]
    document = json.loads(explain(*arguments, "--json"))
    Draft202012Validator(SCHEMAS["explain"]).validate(document)
    steps = sum(len(chain) for chain in _chains(document))
    source = explain(*arguments, "--format", "latex")
    markdown = explain(*arguments, "--format", "markdown")
    page = explain(*arguments, "--format", "html")
    assert len(re.findall(r"&(?:=|\\approx) ", source)) == steps
    assert len(re.findall(r"\| \$\\displaystyle (?:=|\\approx) ", markdown)) == steps
    assert page.count('<td class="left">') == steps
    assert source.isascii()
    assert source.count("{") == source.count("}")
    assert len(re.findall(r"\\left\b", source)) == len(re.findall(r"\\right\b", source))
    tags = _Tags()
    tags.feed(page)
    assert tags.open == []
    assert explain(*arguments, "--ascii").replace("ᵀ", "").isascii()
    for text in (source, markdown, page, explain(*arguments)):
        assert "array(" not in text
        assert "reduce_" not in text


def test_a_layer_as_a_textbook_has_it() -> None:
    out = explain(*ARRAYS[0])
    assert (
        out.split("∂L/∂W by the chain rule\n")[1].split("\n\n")[0]
        == """\
  ∂L/∂W = ∂L/∂a @ xᵀ           shape (2, 2); backward of matmul in a = W @ x
        = [10, 24] @ [1, 2]ᵀ   numbers put in
        = [[10, 20], [24, 48]]"""
    )
    source = explain(*ARRAYS[0], "--format", "latex")
    assert r"\frac{\partial L}{\partial W} &= \frac{\partial L}{\partial a} {\,} x^{\top}" in source
    assert r"&= \begin{pmatrix} 10 \\ 24 \end{pmatrix} {\,} \begin{pmatrix} 1 & 2 \end{pmatrix}" in source


def test_one_element_by_the_chain_rule() -> None:
    program = ["L = sum((W @ x)^2)", "--shape", "W=2,2", "--shape", "x=2", "--elements", "--wrt", "W[0,1]"]
    assert "∂L/∂W₀₁ = 2·(W₀₀·x₀ + W₀₁·x₁)·x₁\n" in explain(*program)
    assert r"\frac{\partial L}{\partial W_{01}}" in explain(*program, "--format", "latex")
    assert json.loads(explain(*program, "--json"))["wrt"] == ["W₀₁"]
    assert explain(*program, "--by", "paths") != explain(*program, "--by", "rules")


def test_a_page_of_the_graph_has_the_parts_that_lines_name() -> None:
    code, page, err = command(["graph", "sum(layer_norm(x)^2)", "--x", "[1, 2, 4]", "--format", "html"])
    assert (code, err) == (0, "")
    assert page.count("used below") == 2
