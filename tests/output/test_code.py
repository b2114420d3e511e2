"""Code of other languages: run where they are installed, and compared with the graph that it was written from."""

from __future__ import annotations

import importlib.util
import math
import random
import re
from collections.abc import Sequence

import pytest

from gradcli.autodiff.passes.forward import evaluate
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.lowering.builders.builder import float32, shortest_single
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import NotDifferentiableError, Operation
from gradcli.output.code.catalogue import language_named, language_names
from gradcli.output.code.formula import template
from gradcli.output.code.language import SINGLE, Language, Written
from gradcli.output.code.precision import check_range, in_single, of_its_file
from gradcli.output.code.proof import compared, computed, missing_program, proved
from gradcli.output.code.repeats import Item, Loop, Plan, with_loops
from gradcli.output.code.written import written

LANGUAGES = {name: language_named(name) for name in language_names()}
RUNS = [language for language in LANGUAGES.values() if language.main is not None and not missing_program(language)]
NUMERIC = [language for language in RUNS if language.name != "sympy"]
"""Those that compute with numbers: SymPy differentiates what it is given itself, and takes its time."""

COARSE = {("torch", "digamma_x0"): 1e-9}
"""Where a library is no better: PyTorch's polygamma is right to nine digits."""

SINGLES = [in_single(language) for language in NUMERIC if language.single is not None]

WHOLE = [language for language in LANGUAGES.values() if language.statements or language.name == "javascript"]
"""Languages that have every function."""


def graph_of(text: str) -> Graph:
    """The static graph of a program."""
    return lower(parse(text), StaticBuilder(Graph()))


def exported(text: str, language: Language, content: str = "gradient", wrt: Sequence[str] = ()) -> Written:
    """A function as what a language writes."""
    graph = graph_of(text)
    return written(graph, content, wrt or list(graph.variables), language, "f", text)


def source(text: str, language: str, content: str = "gradient") -> str:
    """The code of a function."""
    return "".join(LANGUAGES[language].source(exported(text, LANGUAGES[language], content)))


def by_arguments(operation: Operation) -> tuple[str, dict[str, tuple[float, float]], list[str]]:
    """A term k*f(x0, x1) for an operation: its derivative by k is the value.

    Returns:
        The term, the interval of each variable, and the variables to differentiate by.
    """
    names = [f"{operation.name}_x{at}" for at in range(3 if operation.variadic else len(operation.parameters))]
    factor = f"{operation.name}_k"
    intervals = {factor: (1.0, 2.0), **dict(zip(names, operation.samples * len(names), strict=False))}
    wrt = [factor]
    for at, name in enumerate(names):
        if operation.differentiable and operation.carries(at):
            try:
                operation.local_derivatives(1.0, (1.0,) * len(names), [i == at for i in range(len(names))])
            except NotDifferentiableError:
                continue
            wrt.append(name)
    return f"{factor}*{operation.name}({', '.join(names)})", intervals, wrt


def lacks(language: Language, term: str, wrt: Sequence[str]) -> str:
    """Why a language has no code for a term; empty where it has."""
    try:
        text = "".join(language.source(exported(term, language, wrt=wrt)))
    except GradcliError as error:
        assert language.name != "javascript"
        return error.message
    return "SciPy" if "special." in text and importlib.util.find_spec("scipy") is None else ""


def test_languages_have_the_names_of_their_modules() -> None:
    assert {name: language.name for name, language in LANGUAGES.items()} == {name: name for name in LANGUAGES}


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.javascript])
def test_every_declared_formula_is_in_the_notation(name: str) -> None:
    template(OPERATIONS[name].javascript)


def test_sympy_has_the_values_of_operations() -> None:
    language = LANGUAGES["sympy"]
    if language not in RUNS:
        pytest.skip("pip install sympy, to run code for SymPy")
    terms, intervals = [], {}
    for at, operation in enumerate(OPERATIONS.values()):
        term, of_term, wrt = by_arguments(operation)
        if at % 6 == 0 and not lacks(language, term, wrt):
            terms.append(term)
            intervals.update(of_term)
    assert len(terms) > 20
    what = exported(" + ".join(terms), language, "value")
    source = random.Random(1)
    point = [source.uniform(*intervals[name]) for name in what.variables]
    value = evaluate(what.graph, dict(zip(what.variables, point, strict=True)))[what.nodes[0]]
    assert math.isclose(computed(language, what, [point])[0][0], float(value), rel_tol=1e-12)


@pytest.mark.parametrize("language", [*NUMERIC, *SINGLES], ids=lambda language: f"{language.name} {language.dtype}")
def test_every_operation_has_its_value_and_derivatives(language: Language) -> None:
    """All operations are one function: what a language lacks is left out, and it says what that is."""
    if language.name == "numpy":
        pytest.importorskip("scipy", reason="pip install scipy, to run code for NumPy")
    random_numbers = random.Random(1)
    terms: list[str] = []
    intervals: dict[str, tuple[float, float]] = {}
    by: list[str] = []
    single = language.dtype == SINGLE
    for operation in [*OPERATIONS.values()][:: 4 if single else 1]:
        term, of_term, wrt = by_arguments(operation)
        why = lacks(language, term, wrt)
        assert not why or why == "SciPy" or language.about in why, (operation.name, why)
        if not why:
            terms.append(term)
            intervals.update(of_term)
            by += wrt
    assert len(terms) > (25 if single else 100)
    what = exported(" + ".join(terms), language, wrt=by)
    points = [[random_numbers.uniform(*intervals[name]) for name in what.variables] for _ in range(3)]
    points = [[shortest_single(number) if single else number for number in point] for point in points]
    for point, there in zip(points, computed(language, what, points), strict=True):
        bindings = dict(zip(what.variables, point, strict=True))
        values = evaluate(what.graph, bindings)
        rounded = evaluate(what.graph, bindings, float32) if single else values
        for node, theirs, names in zip(what.nodes[1:], there[1:], what.by, strict=True):
            mine, own = float(values[node]), float(rounded[node])
            near = COARSE.get((language.name, *names), 1e-12)
            if single:  # what rounding each operation costs here, and some more
                near = max(1e-5, 4 * abs(own / mine - 1)) if mine else 1e-5
            assert math.isclose(mine, theirs, rel_tol=near, abs_tol=1e-14) or math.isnan(mine), (names, mine, theirs)


@pytest.mark.parametrize("language", WHOLE, ids=lambda language: language.name)
def test_languages_with_the_library_lack_nothing(language: Language) -> None:
    terms = [by_arguments(operation) for operation in OPERATIONS.values()]
    assert not [term for term, _, wrt in terms if lacks(language, term, wrt)]


@pytest.mark.parametrize("language", [one for one in WHOLE if one in RUNS], ids=lambda language: language.name)
def test_every_operation_has_its_value_outside_of_its_domain_too(language: Language) -> None:
    """Also at poles, infinities, and where numbers get too large: no language raises an error there."""
    terms = [by_arguments(operation) for operation in OPERATIONS.values()]
    what = exported(" + ".join(term for term, _, _ in terms), language, wrt=[wrt[0] for _, _, wrt in terms])
    numbers = [-math.inf, -2.5, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 800.0, math.inf, math.nan]
    chosen = random.Random(2)
    rows = [[number] * len(what.variables) for number in numbers]
    rows += [[chosen.choice(numbers) for _ in what.variables] for _ in range(12)]
    points = [[1.0 if name.endswith("_k") else at for name, at in zip(what.variables, row, strict=True)] for row in rows]
    for point, there in zip(points, computed(language, what, points), strict=True):
        values = evaluate(what.graph, dict(zip(what.variables, point, strict=True)))
        for node, theirs, names in zip(what.nodes[1:], there[1:], what.by, strict=True):
            mine = float(values[node])
            same = math.isclose(mine, theirs, rel_tol=1e-11, abs_tol=1e-14) or (mine != mine and theirs != theirs)
            assert same, (names, mine, theirs)


HARD = (-800.0, -40.0, -2.5, -1e-9, 1e-9, 0.25, 3.0, 40.0, 800.0, 1e10)
REFUSES = {"torch": {"binary_cross_entropy"}, "numpy": {"polygamma"}, "tensorflow": {"polygamma"}}
"""Arguments outside of a domain, or orders of hundreds, that a library refuses."""

NO_BETTER = {
    ("tensorflow", "erfinv_k"): 1e-6,
    ("torch", "elu_k"): 1e-6,
    ("torch", "celu_k"): 1e-3,
    ("torch", "acot_k"): 1e-6,
    **dict.fromkeys([("onnx", "logsumexp_k"), ("numpy", "logsumexp_k"), ("tensorflow", "logaddexp_k")], 1e-7),
}
"""Where a library loses digits, or lacks acot, which is π/2 - atan there. A sum of exponentials that rounds to 1 has the
logarithm 0 here and in PyTorch, and not in SciPy."""


@pytest.mark.parametrize("language", [one for one in NUMERIC if one not in WHOLE], ids=lambda language: language.name)
def test_every_operation_keeps_its_digits_beside_0_and_far_off(language: Language) -> None:
    """Where log(1 + x) and its like would lose them, signs of remainders differ, and exponentials overflow."""
    terms, by = [], []
    for operation in OPERATIONS.values():
        term, _, wrt = by_arguments(operation)
        if not lacks(language, term, wrt) and operation.name not in REFUSES.get(language.name, ()):
            terms.append(term)
            by += wrt[:1]
    what = exported(" + ".join(terms), language, wrt=by)
    chosen = random.Random(5)
    rows = [[number] * len(what.variables) for number in HARD]
    rows += [[chosen.choice(HARD) for _ in what.variables] for _ in range(10)]
    points = [[1.0 if name.endswith("_k") else at for name, at in zip(what.variables, row, strict=True)] for row in rows]
    for point, there in zip(points, computed(language, what, points), strict=True):
        values = evaluate(what.graph, dict(zip(what.variables, point, strict=True)))
        for node, theirs, names in zip(what.nodes[1:], there[1:], what.by, strict=True):
            mine = float(values[node])
            near = NO_BETTER.get((language.name, *names), 1e-9)
            assert not math.isfinite(mine) or math.isclose(mine, theirs, rel_tol=near, abs_tol=1e-300), (
                names,
                mine,
                theirs,
                point,
            )


@pytest.mark.parametrize("language", RUNS, ids=lambda language: language.name)
@pytest.mark.parametrize("content", ["value", "gradient", "hessian"])
def test_functions_and_their_derivatives_have_the_values_of_their_graph(language: Language, content: str) -> None:
    text = "-(-x)^2 - (x - (w - x))/(x/w) + sin(x*w)^3*w - (2 if x < w else x*w)"
    assert proved(language, exported(text, language, content)).error < 1e-12


SEVERAL = {
    "of numbers": ("output x*sin(w), (x + w)^2/w, 3, abs(x) if x < w else x^2*w", {}),
    "of an array": ("atan(A @ v)*v", {"A": (2, 2), "v": (2,)}),
    "of one number": ("sin(x*w)^3*w - (2 if x < w else x*w)", {}),
}
"""Functions of several numbers, and of one."""


def several(what: str, language: Language, content: str) -> Written:
    text, shapes = SEVERAL[what]
    graph = lower(parse(text), StaticBuilder(Graph(), shapes=shapes))
    return written(graph, content, list(graph.variables), language, "f", text)


@pytest.mark.parametrize(
    ("content", "what"), [("jacobian", "of numbers"), ("jvp", "of numbers"), ("vjp", "of an array"), ("jvp", "of one number")]
)
@pytest.mark.parametrize("language", NUMERIC, ids=lambda language: language.name)
def test_jacobians_and_products_have_the_values_of_their_graph(language: Language, content: str, what: str) -> None:
    assert proved(language, several(what, language, content)).error < 1e-12


@pytest.mark.parametrize("what", SEVERAL)
def test_products_are_those_with_the_jacobian_and_that_is_the_difference_quotient(what: str) -> None:
    language = LANGUAGES["python"]
    jacobian, jvp, vjp = (several(what, language, content) for content in ("jacobian", "jvp", "vjp"))
    source = random.Random(1)
    count, size = len(jacobian.variables), math.prod(jacobian.values)
    point, tangents = ([source.uniform(0.5, 1.5) for _ in range(count)] for _ in range(2))
    cotangents = [source.uniform(0.5, 1.5) for _ in range(size)]
    ((*found,),) = computed(language, jacobian, [point])
    rows = [found[at : at + count] for at in range(size, len(found), count)]
    step = 1e-6
    for at in range(count):
        ends = [[*point[:at], point[at] + move, *point[at + 1 :]] for move in (-step, step)]
        below, above = (one[:size] for one in computed(language, jacobian, ends))
        for row, low, high in zip(rows, below, above, strict=True):
            assert row[at] == pytest.approx((high - low) / (2 * step), abs=1e-8)
    (along,) = computed(language, jvp, [[*point, *tangents]])
    assert along[size:] == pytest.approx([sum(map(float.__mul__, row, tangents)) for row in rows])
    (back,) = computed(language, vjp, [[*point, *cotangents]])
    assert back[size:] == pytest.approx([sum(map(float.__mul__, column, cotangents)) for column in zip(*rows, strict=True)])


def test_a_product_with_the_jacobian_costs_a_few_times_the_function() -> None:
    text = "output " + ", ".join(f"sin(x{at}*x{(at + 1) % 40})" for at in range(40))
    lines = {
        content: sum(source(text, "python", content).count(sign) for sign in "*+")
        for content in ("value", "jvp", "vjp", "jacobian")
    }
    assert lines["jvp"] < 6 * lines["value"]
    assert lines["vjp"] < 6 * lines["value"]


def test_code_in_single_precision_has_no_number_of_double_precision() -> None:
    """Neither in the function, nor in those that are written out before it: of operations with constants and with helpers."""
    text = "0.1*digamma(x)*erfinv(x)/3 + median(x, w, 2)*softplus(w) + pi*x^2.5 + erf(x*w)"
    double = {"c": r"double|(?<![\w.])\d+(\.\d+)?(?![\w.\]])(?<=\.\d)|\b(sin|exp|pow|log|fabs|sqrt)\(", "rust": "f64"}
    for name, pattern in double.items():
        language = in_single(LANGUAGES[name])
        code = "".join(language.source(exported(text, language)))
        assert not re.search(pattern, re.sub(r"//.*|/\*[\s\S]*?\*/", "", code)), name


def test_numbers_beyond_single_precision_are_told() -> None:
    for text in ("1e300*x", "x + 1e-60"):
        with pytest.raises(GradcliError, match="beyond single precision"):
            check_range(graph_of(text))


@pytest.mark.parametrize("name", [name for name, language in LANGUAGES.items() if language.linkage])
def test_a_function_is_of_its_file_or_of_others(name: str) -> None:
    alone = of_its_file(LANGUAGES[name])
    seen, own = ("".join(one.source(exported("x*w", one))) for one in (LANGUAGES[name], alone))
    assert seen != own
    assert seen.replace(LANGUAGES[name].prefix or "double f(", alone.prefix + "double f(" * (not LANGUAGES[name].prefix)) == own


def test_what_is_used_twice_stands_once() -> None:
    doubled = "; ".join(["y0 = x*w", *[f"y{at} = sin(y{at - 1}*y{at - 1}) + y{at - 1}" for at in range(1, 50)], "output y49"])
    code = source(doubled, "sql")
    assert code.partition("WITH")[2].count("sin(") == 49
    assert len(code) < 30_000
    assert source(doubled, "c").partition("#include")[2].count("sin(") == 1  # in a loop


@pytest.mark.parametrize("language", NUMERIC, ids=lambda language: language.name)
def test_functions_of_many_lines_have_the_values_of_their_graph(language: Language) -> None:
    lines = ["e5 = x*w", *[f"y{at} = sin(y{at - 1}*1e-5 + e5) + y{at // 2}/4 + 1e-5*e5" for at in range(1, 120)]]
    text = "; ".join([lines[0], "y0 = e5 + w", *lines[1:], "output y119"])
    assert proved(language, exported(text, language)).error < 1e-9


LOOPS = {
    "one in the other": ("s = 0; for i in 0..9 { for j in 0..{n} { s = s/3 + sin(a*i + b*j)/(2 + s^2) }; s = s/2 }; s", {}),
    "of an array": (
        "s = 0.1; for i in 1..{n} { s = s/2 + sin(w*s + x/i)/4 + V[i - 1]*(i/10) - 1/(2*i + 1) }; s^2",
        {"V": ("n",)},
    ),
    "of numbers that go on unevenly": ("s = x; for i in 1..{n} { s = s/2 + x^(-i)*sin(i^2)/i^3 + exp(-i*w) }; s", {}),
    "two before": ("a = x; b = w; for i in 0..{n} { c = sin(a) - b/2; a = b; b = c }; a*b", {}),
    "chosen in": ("s = x; for i in 1..{n} { s = (s*w if s > w/i else s - w)/2 + max(s, w)/i }; s", {}),
}
"""Programs with loops, of as many turns as are said."""


def looped(what: str, turns: int, language: Language, content: str) -> Written:
    text, shapes = LOOPS[what]
    builder = StaticBuilder(Graph(), shapes=dict.fromkeys(shapes, (turns,)))
    graph = lower(parse(text.replace("{n}", str(turns))), builder)
    return written(graph, content, [name for name in graph.variables if name not in shapes], language, "f", text)


TOGETHER = "of numbers that go on unevenly, in an array, and one in the other"
LOOPS[TOGETHER] = (
    f"{LOOPS['one in the other'][0][:-1]}u = s; {LOOPS['of an array'][0][:-3]}; u = u*s; "
    f"{LOOPS['of numbers that go on unevenly'][0][:-1]}u*s",
    {"V": ("n",)},
)


@pytest.mark.parametrize("what", LOOPS)
def test_loops_have_the_values_of_their_graph(what: str) -> None:
    for content in ("value", "gradient", "hessian", "jvp", "vjp"):
        assert proved(LANGUAGES["python"], looped(what, 12, LANGUAGES["python"], content)).error < 1e-12, content


@pytest.mark.parametrize(
    "language", [one for one in [*NUMERIC, *SINGLES] if one.loops], ids=lambda one: f"{one.name} {one.dtype}"
)
def test_loops_have_the_values_of_their_graph_in_every_language(language: Language) -> None:
    assert proved(language, looped(TOGETHER, 12, language, "gradient")).error < (1e-4 if language.dtype == SINGLE else 1e-12)


@pytest.mark.parametrize("content", ["value", "gradient", "jvp"])
@pytest.mark.parametrize("what", LOOPS)
def test_code_does_not_grow_with_the_turns_of_loops(what: str, content: str) -> None:
    """Of arrays nothing but the arguments does."""
    language = LANGUAGES["javascript"]
    short, long = ("".join(language.source(looped(what, turns, language, content))) for turns in (22, 34))
    assert long.count(";\n") <= short.count(";\n")
    assert "for (" in short


@pytest.mark.parametrize("seed", range(30))
def test_loops_of_random_sequences_are_the_sequence(seed: int) -> None:
    """Written out turn by turn, with the places of the array, they use what the steps use."""
    source = random.Random(seed)
    steps: list[tuple[str, tuple[int, ...]]] = [("start", ()) for _ in range(5)]
    while len(steps) < 300:
        body = [(source.choice("abc"), source.sample(range(1, 6), source.randrange(3))) for _ in range(source.randrange(1, 6))]
        fixed = source.randrange(len(steps))
        for _ in range(source.randrange(1, 30)):
            steps += [
                (f"{name}{len(by)}", tuple([fixed if back == 5 else len(steps) + at - back for back in by]))
                for at, (name, by) in enumerate(body)
            ]
            if source.random() < 0.05:
                break
        start = len(steps)
        if source.random() < 0.5:  # the whole way back, as adjoints go
            steps += [("back", (start - 1 - at, len(steps) + at - 1)) for at in range(min(start - 6, 40))]
    items = with_loops(steps)
    uses = [used for _, used in steps]
    plan = Plan(uses, items, [len(steps) - 1])
    order: list[int] = []
    kept: dict[int, int] = {}

    def run(item: Item, moved: int, turns: tuple[int, ...]) -> None:
        if isinstance(item, Loop):
            for turn in range(item.count):
                for inner in item.body:
                    run(inner, moved + turn * item.period, (*turns, turn))
            return
        order.append(item + moved)
        assert steps[item][0] == steps[item + moved][0]
        for at, used in enumerate(uses[item + moved]):
            if not plan.in_turn(item, at):
                start, by = plan.place(item, at)
                assert kept[start + sum(map(int.__mul__, by, turns))] == used
        if item in plan.kept:
            start, by = plan.place(item)
            kept[start + sum(map(int.__mul__, by, turns))] = item + moved

    for item in items:
        run(item, 0, ())
    assert order == [*range(len(steps))]
    assert max(kept, default=0) < max(plan.size, 1)


def test_long_sums_are_lines_of_a_bounded_length() -> None:
    code = source(" + ".join(f"x{at % 7}*{at}" for at in range(3_000)), "c")
    assert max(map(len, code.splitlines()[2:])) < 300


@pytest.mark.parametrize(
    ("language", "variables"),
    [
        ("python", ("lambda", "math", "θ", "x1")),
        ("c", ("double", "exp", "σ", "y0")),
        ("javascript", ("new", "Math", "重量", "f")),
        ("rust", ("fn", "self", "ω", "f64")),
        ("julia", ("end", "exp", "ω", "function")),
        ("matlab", ("end", "_a", "σ", "value")),
    ],
)
def test_names_that_mean_something_else_there_are_changed_and_said(language: str, variables: tuple[str, ...]) -> None:
    names = LANGUAGES[language].names(variables)
    assert len(set(names.values())) == len(variables)
    assert all(name.isascii() and name not in LANGUAGES[language].words for name in names.values())
    code = source("θ*2 + σ*x1", language)
    assert "is the variable θ" in code


@pytest.mark.parametrize("language", list(LANGUAGES.values()), ids=lambda language: language.name)
def test_comments_end_with_their_line(language: Language) -> None:
    usual = "".join(language.source(exported("x*2", language, "value"))).splitlines()
    for formula in (
        "x*2\n\u2028; import os */ -->",
        "x*2 \\",
        "x*2 \\ ??/\\ ",
        "coding = x*2; encoding: latin-9",
        "x*2 \0\x1a\u202e\ud800\x85",
    ):
        code = "".join(language.source(written(graph_of("x*2"), "value", [], language, "f", formula)))
        assert len(code.splitlines()) == len(usual)
        line = "".join(set(code.splitlines()) - set(usual))
        assert line.isprintable()
        assert not line.endswith(("\\", "??/")), "C and Spark go on with the next line"
        assert not re.match(r"^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)", line), (
            "Python reads the file in that encoding, PEP 263"
        )


def test_a_wrong_number_is_found() -> None:
    proof = compared([[1.0]], [[2.0, 3.0]], [[2.0, 4.0]])
    assert proof.error == 0.25
    assert "3.0, and here 4.0" in proof.worst


def test_what_a_language_lacks_is_said_as_it_is_called_in_expressions() -> None:
    for operation in OPERATIONS.values():
        term, _, wrt = by_arguments(operation)
        said = lacks(LANGUAGES["sql"], term, wrt)
        names = said.removeprefix("there is no ").removesuffix(" in SQL (DuckDB)")
        assert not said or {*names.split(", ")} <= OPERATIONS.keys()


def test_a_variable_may_be_called_as_a_function_of_the_notation() -> None:
    assert "return power * 2" in source("power*2", "python", "value")


def test_sql_adds_columns_in_an_order_in_which_each_is_known() -> None:
    assert source("(x + w)*(w + 1)", "sql") == (
        "-- (x + w)*(w + 1)\n-- Its value, then the derivatives by x; by w.\n"
        "WITH step_1 AS (\n  SELECT *,\n    x + w AS t1,\n    w + 1.0 AS t2\n  FROM f\n)\n"
        "SELECT *,\n  t1 * t2 AS value,\n  t2 AS d_x,\n  t1 + t2 AS d_w\nFROM step_1;\n"
    )


@pytest.mark.parametrize("language", ["sql", "spark"])
@pytest.mark.parametrize("text", ["y = x; for i in 0..12 { y = sin(y)*y + y }; y", "exp(-(x - m)^2/(2*s^2))*abs(x)", "x^2"])
def test_no_column_of_sql_names_one_of_its_own_select(language: str, text: str) -> None:
    """A database writes such a column out in the place of its name: a chain of twelve takes a minute, one of twenty hours."""
    for select in source(text, language).split("SELECT *,\n")[1:]:
        columns = [column.rsplit(" AS ", 1) for column in select.partition("FROM ")[0].rstrip().split(",\n")]
        names = {name for _, name in columns}
        assert not any(names & {*re.findall(r"\w+", expression)} for expression, _ in columns)


def test_pytorch_keeps_arrays_and_leaves_derivatives_to_autograd() -> None:
    graph = lower(parse("h = softmax(A @ x); sum(h*h)"), StaticBuilder(Graph(), shapes={"A": (2, 2), "x": (2,)}))
    language = LANGUAGES["torch"]
    what = written(graph, "value", [], language, "f", "sum(softmax(A @ x)^2)")
    assert "".join(language.source(what)).endswith(
        "import torch\n\n\ndef f(A, x):\n    a = A @ x\n    h = torch.softmax(a, dim=-1)\n    b = h * h\n    y = torch.sum(b)\n"
        "    return y\n"
    )
    if language in RUNS:
        assert proved(language, what).error < 1e-12


def test_a_model_of_onnx_is_text_until_its_package_packs_it() -> None:
    assert source("n1*2", "onnx") == (
        "// n1*2\n// Its value, then the derivatives by n1.\n"
        '<ir_version: 9, opset_import: ["" : 20]>\nf (double n1) => (double value, double[1] derivatives) {\n'
        "  n2 = Constant <value = double {2.0}> ()\n  n3 = Mul(n1, n2)\n  value = Identity(n3)\n"
        "  n4 = Constant <value = int64[1] {0}> ()\n  n5 = Unsqueeze(n2, n4)\n  n6 = Concat <axis = 0> (n5)\n"
        "  n7 = Constant <value = int64[1] {1}> ()\n  derivatives = Reshape(n6, n7)\n}\n"
    )


@pytest.mark.parametrize("text", ["X*x", "T1*x", "value + 1", "d_x*x"])
def test_sql_refuses_columns_that_would_be_one(text: str) -> None:
    with pytest.raises(GradcliError, match="knows no capital letters"):
        source(text, "sql")


@pytest.mark.parametrize("name", ["unix", "NAN", "INFINITY", "M_PI", "asm"])
def test_macros_of_c_are_no_variables(name: str) -> None:
    assert LANGUAGES["c"].names([name])[name] != name


@pytest.mark.parametrize(
    "language", [language for language in RUNS if language.name in ("c", "javascript")], ids=lambda one: one.name
)
@pytest.mark.parametrize(
    ("text", "at", "right"),
    [
        ("sqrt(x) if x > 0 else 0", -1.0, [0.0, 0.0]),
        ("log(x)*x if x > 0 else x^2", -2.0, [4.0, -4.0]),
        ("1/x if x != 0 else 0", 0.0, [0.0, 0.0]),
        ("sqrt(x)*sin(sqrt(x)) if x > 0 else 3*x", -1.0, [-3.0, 3.0]),
        ("exp(-1/x) if x > 0 else 0", 0.0, [0.0, 0.0]),
    ],
)
def test_the_way_that_is_not_taken_does_not_matter(language: Language, text: str, at: float, right: list[float]) -> None:
    assert computed(language, exported(text, language), [[at]]) == [right]
