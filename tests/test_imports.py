"""What is loaded for what, which layer may use which, and that the parse tables are those of the grammar."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from commandline import ENVIRONMENT
from lark import Lark
from lark.exceptions import UnexpectedInput
from textcases import read_cases

import gradcli
from gradcli.errors import GradcliError
from gradcli.language import grammar
from gradcli.language.parser import parse
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL

PACKAGE = Path(gradcli.__file__).parent

# ---- what is loaded ----


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a command line loads."""
    program = (
        "import sys; from gradcli.cli.main import run; code = run(sys.argv[1:]);"
        "sys.stderr.write(' '.join(sys.modules)); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, env=ENVIRONMENT, check=True, timeout=100
    )
    names = done.stderr.decode().split()
    return {name.partition(".")[0] if not name.startswith("gradcli") else name for name in names}


HEAVY = {
    "graphlay",
    "typst",
    "subprocess",
    "lark",
    "rich",
    "typer",
    "click",
    "numpy",
    "mpmath",
    "sympy",
    "torch",
    "difflib",
    "asyncio",
}
WORKED = ("eval", "(x+w)*(w+1)", "--x", "2", "--w", "1", "--wrt", "w")


def test_the_version_loads_next_to_nothing() -> None:
    loaded = loaded_by("--version")
    assert not loaded & HEAVY
    assert not any(name.startswith(("gradcli.ops", "gradcli.language")) for name in loaded)


@pytest.mark.parametrize("format", ["--json", "-q", "--format=text"])
def test_an_evaluation_loads_no_library(format: str) -> None:
    assert not loaded_by(*WORKED, format) & HEAVY


@pytest.mark.parametrize("option", ["--jacobian", "--hessian", "--tangent=x=1", "--jacobian-by=forward"])
def test_derivatives_of_other_kinds_load_no_library_for_numbers(option: str) -> None:
    for format in ("--json", "-q", "--format=text"):
        assert not loaded_by(*WORKED, option, format) & HEAVY


def test_what_is_not_asked_for_is_not_loaded() -> None:
    parts = {
        "gradcli.autodiff.passes.jacobian",
        "gradcli.autodiff.passes.tangent",
        "gradcli.output.serialization.jacobians",
        "gradcli.output.reports.runs.jacobians",
    }
    assert not loaded_by(*WORKED, "--json") & parts


GRAPH = ("graph", *WORKED[1:])


@pytest.mark.parametrize("format", ["table", "tree", "list", "dot", "mermaid", "graphml", "json"])
def test_a_graph_as_text_loads_no_library(format: str) -> None:
    assert not loaded_by(*GRAPH, "--format", format) & HEAVY


@pytest.mark.parametrize(("format", "needed"), [("svg", {"graphlay"}), ("draw", {"graphlay"}), ("png", {"graphlay", "typst"})])
def test_a_picture_loads_what_lays_it_out_and_draws_it(format: str, needed: set[str]) -> None:
    assert loaded_by(*GRAPH, "--format", format) & {"graphlay", "typst", "numpy", "rich", "typer"} == needed


def test_numbers_load_neither_derivations_nor_views() -> None:
    loaded = loaded_by(*WORKED, "-q")
    assert not any(name.startswith(("gradcli.derivation", "gradcli.algebra", "gradcli.output")) for name in loaded)


MODULES_LOADED = {"-q": 120, "--json": 160}
"""How many modules a call loads beyond those of the bare interpreter. These numbers go down, never up: what is new is loaded
where it is asked for."""


@pytest.mark.parametrize("format", MODULES_LOADED)
def test_a_call_loads_few_modules(format: str) -> None:
    program = (
        "import sys; bare = set(sys.modules); from gradcli.cli.main import run; code = run(sys.argv[1:]);"
        "sys.stderr.write(' '.join(sorted(set(sys.modules) - bare))); sys.exit(code)"
    )
    command = [sys.executable, "-c", program, *WORKED, format]
    loaded = subprocess.run(command, capture_output=True, env=ENVIRONMENT, check=True, timeout=100).stderr.decode().split()
    assert not {"typing", "dataclasses", "inspect", "ast"} & set(loaded)
    assert len(loaded) <= MODULES_LOADED[format], loaded


@pytest.mark.parametrize(
    "call",
    [WORKED, ("diff", "x^2*w"), ("diff", "x^2*w", "--json"), ("explain", *WORKED[1:]), ("equal", "x + x", "2x")],
    ids=" ".join,
)
def test_a_call_loads_nothing_that_only_declares(call: tuple[str, ...]) -> None:
    assert not {"typing", "dataclasses", "inspect", "ast", "contextvars", "shutil"} & loaded_by(*call)


def test_rows_of_a_feed_load_neither_what_compiles_nor_what_writes_code(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("x,w\n1,2\n3,4\n", "utf-8")
    loaded = loaded_by("run", "-e", "x*w", "--feed", str(tmp_path / "rows.csv"))
    assert not loaded & {"subprocess", "tempfile", "pyarrow", "duckdb", "pandas", "polars", "ray", "dask", "concurrent"}
    assert not any(name.startswith(("gradcli.output.code", "gradcli.algebra", "gradcli.data.kernels.native")) for name in loaded)


@pytest.mark.parametrize("options", [(), ("--order", "2"), ("--json",)])
def test_a_check_of_numbers_loads_neither_marking_nor_arrays(options: tuple[str, ...]) -> None:
    loaded = loaded_by("check", *WORKED[1:], *options)
    assert "numpy" not in loaded
    assert not any(name.startswith("gradcli.teaching") for name in loaded)


def test_the_package_itself_loads_none_of_its_parts() -> None:
    program = "import sys, gradcli; print([name for name in sys.modules if name.startswith('gradcli.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=ENVIRONMENT, check=True, text=True)
    assert done.stdout == "[]\n"


# ---- the layers ----

LAYERS = (
    "typing",
    "errors",
    "frozen",
    "language",
    "graph",
    "ops",
    "lowering",
    "autodiff",
    "emulation",
    "algebra",
    "derivation",
    "teaching",
    "analysis",
    "output",
    "data",
    "api",
    "plotting",
    "",
    "cli",
    "__main__",
)
"""A module imports from its own layer and from those before it; the one without a name is ``gradcli`` itself."""

MODULES = sorted(PACKAGE.rglob("*.py"))


def layer(name: str) -> int:
    """The place of a module in the order of the layers."""
    return LAYERS.index(name.partition(".")[2].partition(".")[0])


def module_name(path: Path) -> str:
    """The name under which a file is imported."""
    return ".".join(["gradcli", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")


NAMES = {module_name(path) for path in MODULES}


@functools.cache
def nodes_of(path: Path) -> list[ast.AST]:
    """The syntax tree of a file, as a list."""
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


def imports(path: Path, *, typing: bool = True) -> Iterator[tuple[int, str]]:
    """Every module of gradcli that a file imports, wherever in it, with the line; names of submodules are resolved.

    Args:
        path: The file.
        typing: Whether imports that only type checkers see count.
    """
    blocks = [node for node in nodes_of(path) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    unseen = set() if typing else {id(node) for block in blocks for node in ast.walk(block)}
    for node in nodes_of(path):
        if id(node) in unseen:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name.split(".")[0] == "gradcli")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            if node.module and node.module.split(".")[0] == "gradcli":
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    yield node.lineno, inner if inner in NAMES else node.module


def test_a_layer_imports_only_from_layers_before_it() -> None:
    found = ((module_name(path), line, name) for path in MODULES for line, name in imports(path))
    assert not [one for one in found if layer(one[2]) > layer(one[0])]


ROOMS = {
    "language": "ast, numbers, grammar < scanner < statements, other_languages, text, rewrite, builder < "
    "diagnosis, program_text, statement_builder < parser < equation, readings < set_text",
    "graph": "graph < names, shapes, verifier",
    "ops": "declaration < elementwise < arrays < catalogue < vjp, words",
    "lowering": "node_expressions < builders < programs, elements < expression_values",
    "autodiff": "given, request, passes, optimisers < backward_graph, torch_tape, inner_derivatives < runs",
    "emulation": "python < torch < tensorflow, listing",
    "algebra": "assumptions, polynomials < sums < arrays < simplify < simplified < derivatives < jacobian < equality < slopes, "
    "series < at_point, taylor, total_derivative < vector_fields, rational_functions < stationary",
    "derivation": "notation < nodes < paths, calculus < explain",
    "teaching": "reading, mistakes, numbers < points, places < question, rewriting < wrong_answers < marking < arrays < "
    "tangents < tasks < quiz, steps, written_mistakes < exercises",
    "analysis": "points < verification < nonfinite, properties, sampling, descent",
    "output": "formats, json, listing, visible, wrapping, files, jacobians, block_graphs, formulas < documents, diagrams < "
    "serialization < reports, quizzes, code < translation, box_drawing, page, schemas, manual < plots, notebook",
    "data": "kernels, frames < batches < tables < row_runs, part_sums < partitioned < manifest < engines",
    "cli": "framework < inputs < views < repl < commands < main",
}
"""The rooms of each layer, folders and modules: one imports from itself and from those that stand left of a < before it."""


EXCEPTIONS = {
    (
        "gradcli.cli.framework.table",
        "gradcli.cli.commands",
    ): "commands are found by the names of the files there, and loaded later",
}
"""Imports of a room behind one's own, each with its reason."""


LINES = 350
"""The lines of a module, and how many are longer; that number only ever goes down."""
LONGER = 18


def test_modules_are_short() -> None:
    lines = [len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES]
    assert sum(length > LINES for length in lines) <= LONGER
    assert max(lines) < 440


def room(name: str) -> tuple[str, int, str]:
    """The layer of a module, the place of its room in the order there, and the room."""
    _, layer, own, *_ = name.split(".")
    for place, group in enumerate(ROOMS[layer].split(" < ")):
        if own in group.split(", "):
            return layer, place, own
    raise AssertionError(f"{name} has no place in the order of its layer")


def has_room(name: str) -> bool:
    """Whether a module stands in a room of a layer, and is not the layer itself or what stands beside the layers."""
    return name.count(".") > 1 and name.split(".")[1] in ROOMS


def test_a_room_imports_only_from_rooms_before_it() -> None:
    wrong: list[tuple[str, int, str]] = []
    for path in MODULES:
        if has_room(module_name(path)):
            layer, place, own = room(module_name(path))
            others = [(line, name) for line, name in imports(path, typing=False) if has_room(name)]
            rooms = [(line, name, room(name)) for line, name in others if name.split(".")[1] == layer]
            behind = [(line, name) for line, name, found in rooms if found[2] != own and found[1] >= place]
            wrong += [(module_name(path), line, name) for line, name in behind if (module_name(path), name) not in EXCEPTIONS]
    assert not wrong


def test_no_imports_form_a_circle() -> None:
    """Nor do imports inside functions, or for types alone. Who imports nobody, or is imported by nobody, is taken away."""
    left = {module_name(path): {name for _, name in imports(path)} for path in MODULES}
    while True:
        imported = set().union(*left.values())
        free = [name for name, wanted in left.items() if name not in imported or not wanted & left.keys()]
        if not free:
            break
        left = {name: wanted.difference(free) for name, wanted in left.items() if name not in free}
    circles = {name: sorted(wanted & left.keys()) for name, wanted in left.items()}
    assert not circles, f"modules that import each other, or stand between some that do: {circles}"


FORBIDDEN = {"eval", "exec", "compile", "__import__", "setrecursionlimit", "set_int_max_str_digits", "globals", "breakpoint"}


def test_nothing_runs_text_or_raises_the_limits_of_python() -> None:
    for path, node in ((file, node) for file in MODULES for node in nodes_of(file)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            looks_up_a_rule = called == "globals" and path.name == "builder.py"  # by the names that the grammar gives
            allowed = called in ("re.compile", "typst.compile") or looks_up_a_rule
            assert allowed or called.split(".")[-1] not in FORBIDDEN, f"{path}:{node.lineno}: {called}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            kernels = path.parent.name == "kernels"  # libraries compiled from a program's own export
            allows = {"ctypes"} if kernels else {"threading"} if path.name == "progress.py" else set()
            assert not {name.split(".")[0] for name in names} & {"pickle", "marshal", "shelve", "ctypes", "threading"} - allows


# ---- names of operations ----

NAMES_LEFT = {
    "algebra.arrays": (97, "rules of products, inverses, transposes, parts and sums of arrays, which are about these operations"),
    "algebra.derivatives": (1, "what a derivative is by a variable that is not there: zeros of its shape"),
    "algebra.equality.precise": (4, "functions of mpmath that are slow, by its names"),
    "algebra.equality.pair": (1, "a parameter of that name, and no operation"),
    "algebra.simplify": (2, "how people write A.T, and 2*x for a number spread over an array"),
    "algebra.sums.expressions": (2, "products of matrices have an order among the factors of a term"),
    "algebra.sums.forms": (1, "a product of several matrices counts as several"),
    "algebra.sums.rules": (25, "rules of simplification, each about the operation that its case names"),
    "autodiff.passes.tangent": (1, "a tangent that is the same for all elements, spread over them"),
    "autodiff.passes.transposition": (1, "a cotangent of zeros, spread over all elements"),
    "cli.commands.values.explain": (1, "a degree of detail"),
    "data.kernels.array_rows": (1, "the setting of an index"),
    "derivation.explain": (2, "a degree of detail"),
    "derivation.nodes": (4, "words for adjoints that have no short name"),
    "derivation.notation": (23, "short spellings of products of arrays, which are about these operations"),
    "emulation": (85, "functions of Python, NumPy, PyTorch and TensorFlow that do more than the operation, by their own names"),
    "errors": (1, "a key of an error as JSON"),
    "language.builder": (1, "what a root sign means"),
    "language.readings.vocabulary": (1, "a word between two vectors"),
    "language.other_languages": (4, "words of other languages"),
    "language.statements": (1, "a word for a setting"),
    "language.text": (1, "a choice is written as a if c else b"),
    "lowering.node_expressions": (3, "a sum of one element is written sum, and a new shape behind its array"),
    "lowering.programs.array_calls": (8, "max of two arrays is meant for each element; words for settings"),
    "output.diagrams": (3, "programs, styles and names of pictures that are words as well"),
    "output.formats": (2, "a format, and a part of a plot"),
    "output.listing": (2, "edges along which a shape changes although the operation is about nothing else"),
    "output.reports.runs.event_log": (1, "a command"),
    "output.schemas": (3, "a command, and a degree of detail"),
}
"""For each module or package outside of ops how often a text in it is the name of an operation, and why. The numbers only ever go
down, and where none is listed there is none."""

WORDS = {"x", "e", "sum", "max", "min", "sign", "range", "add", "gamma", "beta", "factorial", "linear", "remainder"}
"""Names of operations that are words or variables as well, and do not count."""


def names_of_operations(path: Path) -> int:
    """How many texts of a file are names of operations, but for those that are names of settings where they stand."""
    names, settings = {*OPERATIONS, *STRUCTURAL} - WORDS, {name for one in STRUCTURAL.values() for name, _ in one.settings}
    keys: set[int] = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) not in ("OPERATIONS", "STRUCTURAL", "DECLARED"):
            keys.add(id(node.slice))
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
            keys.add(id(node.elts[0]))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            keys.update(map(id, node.args[:1]))
    texts = [node for node in nodes_of(path) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return sum(text.value in names and not (id(text) in keys and text.value in settings) for text in texts)


def test_facts_of_operations_stand_in_their_declarations() -> None:
    found = dict.fromkeys(NAMES_LEFT, 0)
    unnamed: list[str] = []
    for path in MODULES:
        name = module_name(path).removeprefix("gradcli.")
        if not name.startswith("ops.") and (count := names_of_operations(path)):
            place = next((place for place in NAMES_LEFT if f"{name}.".startswith(f"{place}.")), None)
            if place is None:
                unnamed.append(name)
            else:
                found[place] += count
    assert not unnamed, "these name operations, and nothing says why"
    assert {place: count for place, count in found.items() if count > NAMES_LEFT[place][0]} == {}


# ---- the grammar ----

FOLDER = Path(grammar.grammar_folder())
GRAMMAR = FOLDER / grammar.GRAMMAR_NAME
TABLES = Path(grammar.grammar_folder()) / grammar.TABLES_NAME


@pytest.mark.parametrize("reading", grammar.READINGS)
def test_the_written_tables_are_those_of_the_grammar(reading: str) -> None:
    fresh = grammar.analyse(*((FOLDER / name).read_text("utf-8") for name in grammar.READINGS[reading]))
    assert (FOLDER / grammar.tables_name(reading)).read_text("utf-8") == grammar.tables_text(fresh)
    assert grammar.load_tables(reading) == fresh


@pytest.mark.parametrize("reading", grammar.READINGS)
def test_no_grammar_has_conflicts(reading: str, caplog: pytest.LogCaptureFixture) -> None:
    """Lark decides conflicts of shifting and reducing by itself, and says so in its log alone."""
    texts = [(FOLDER / name).read_text("utf-8") for name in grammar.READINGS[reading]]
    with caplog.at_level("DEBUG", logger="lark"):
        Lark(grammar.merged(texts), parser="lalr", lexer="basic", debug=True)
    assert "onflict" not in caplog.text


@pytest.mark.parametrize("tables", ["of another grammar", "missing"])
def test_a_changed_grammar_is_analysed_afresh(tables: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = GRAMMAR.read_text("utf-8").replace('REMAINDER: "%"', 'REMAINDER: "mod"')
    assert changed != GRAMMAR.read_text("utf-8")
    (tmp_path / grammar.GRAMMAR_NAME).write_text(changed, "utf-8")
    if tables != "missing":
        (tmp_path / grammar.TABLES_NAME).write_bytes(TABLES.read_bytes())
    monkeypatch.setattr(grammar, "grammar_folder", lambda: str(tmp_path))
    loaded = grammar.load_tables()
    assert ["REMAINDER", "mod"] in loaded.terminals
    assert loaded != grammar.read_tables(TABLES.read_text("utf-8"))


PROGRAMS = {
    case.name: "\n".join(case.lines(">."))
    for case in read_cases(Path(__file__).parent / "language" / "cases", ">.?")
    if not any(0xD800 <= ord(character) < 0xE000 for line in case.lines(">.") for character in line)
}


@functools.cache
def lark() -> Lark:
    """Lark's own parser of the grammar."""
    return Lark(GRAMMAR.read_text("utf-8"), parser="lalr", lexer="basic")


@pytest.mark.parametrize("name", PROGRAMS)
def test_lark_accepts_the_same_texts(name: str) -> None:
    text = PROGRAMS[name]
    if _newline_inside_parentheses(text):  # white space to gradcli, which Lark's lexer cannot know
        return
    assert _accepted_by_lark(text) == _accepted(text)


def _accepted_by_lark(text: str) -> bool:
    try:
        lark().parse(text)
    except UnexpectedInput:
        return False
    return True


def _accepted(text: str) -> bool:
    """Whether the text follows the grammar; what its rules build may still be refused."""
    try:
        parse(text)
    except GradcliError as error:
        return error.message.startswith(_REFUSED_BY_BUILDERS)
    return True


_REFUSED_BY_BUILDERS = (
    "the expression is empty",
    "only a name",
    "the parameter",
    "the argument",
    "the last statement of",
    "a block is no value",
    "a function is not defined inside",
    "an argument without a name",
    "a number has at most",
    "0x10 is no number",
)


def _newline_inside_parentheses(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "\n" and depth > 0:
            return True
    return False
