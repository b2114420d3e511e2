"""Rust and its own library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.output.code.language import ENCLOSED, Language, Single, Written
from gradcli.output.code.library import Statements
from gradcli.output.code.loops import Loops
from gradcli.output.code.notation import OPERATORS, calls, elementary, heading, returned, words

_RENAMED = calls(
    """
    log   ln
    log1p ln_1p
    expm1 exp_m1
    """
)


def _rust(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{helper}\n\n" for helper in helpers)
    yield from (f"{line}\n" for line in heading(language, written))
    real = language.real
    kind = f"({_kind(real, written.values)}, {_kind(real, written.shape)})" if written.shape else _kind(real, written.values)
    arguments = ", ".join(f"{name}: {real}" for name in written.routine.arguments)
    yield "#[allow(unused_variables, unused_parens)]\n"
    yield f"{language.prefix}fn {written.name}({arguments}) -> {kind} {{\n"
    yield language.body(lines, "    ")
    found = returned(results, written)
    yield f"    {f'({found})' if written.shape else found}\n}}\n"


def _kind(kind: str, shape: tuple[int, ...]) -> str:
    for length in reversed(shape):
        kind = f"[{kind}; {length}]"
    return kind


def _printed(name: str, shape: tuple[int, ...]) -> str:
    loop = f'println!("{{:?}}", {name});'
    for _ in shape:
        loop = f"for {name} in {name} {{ {loop} }}"
    return loop


def _main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    rows = []
    for point in points:
        call = f"{written.name}({', '.join(point)})"
        names = "(value, derivative)" if written.shape else "value"
        loops = [_printed("value", written.values), *([_printed("derivative", written.shape)] if written.shape else [])]
        rows.append(f"    let {names} = {call};\n" + "".join([f"    {loop}\n" for loop in loops]))
    return f"\nfn main() {{\n{''.join(rows)}}}\n"


LANGUAGE = Language(
    "rust",
    "Rust",
    (".rs",),
    {
        **elementary("f64::{name}({operands})", _RENAMED),
        **calls(
            """
            Math.abs      f64::abs({0})
            Math.max      maximum({0}, {1})
            Math.min      minimum({0}, {1})
            Math.PI       std::f64::consts::PI
            Math.SQRT2    std::f64::consts::SQRT_2
            power         f64::powf({0}, {1})
            copySign      f64::copysign({0}, {1})
            roundHalfEven f64::round_ties_even({0})
            logSumExp     log_add_exp({0}, {1})
            median        median_of(&[{*}])
            """
        ),
    },
    {
        **OPERATORS,
        "?": (ENCLOSED, "(if {0} {{ {1} }} else {{ {2} }})".replace("{{", "{").replace("}}", "}")),
        "%": (7, "{0} % {1}"),
    },
    "gradcli.output.code:functions.rs",
    words(
        "as async await box break const continue crate do dyn else enum extern false final fn for if impl in let loop macro "
        "match mod move mut override priv pub ref return self Self static struct super trait true try type typeof union "
        "unsafe unsized use virtual where while yield abstract become gen f64 f32 std main _"
    ),
    "{}.0",
    "f64::INFINITY",
    "f64::NAN",
    "//",
    _rust,
    _main,
    (("rustc", "--edition", "2021", "-A", "warnings", "-o", "{program}", "{file}"), ("{program}",)),
    statements=Statements(
        head="fn {name}({parameters}) -> f64 {{",
        parameter="{name}: f64",
        first="let {name} = {value};",
        then="{name} = {value};",
        test="if {test} {{",
        otherwise="} else {",
        loop="while {test} {{",
        result="return {value};",
        leave="break;",
        end="}",
        changing="mut ",
    ),
    real="f64",
    single=Single("f32", {r"(?<![A-Za-z])f64\b": "f32"}, infinity="f32::INFINITY", nan="f32::NAN"),
    linkage=("pub ", ""),
    loops=Loops(
        line="let {name} = {text};",
        store="{place} = {text};",
        array="let mut {name} = vec![0.0f64; {size}];",
        table="let {name}: [f64; {size}] = [{items}];",
        loop="for {counter} in 0..{count}_usize {{",
        end="}",
        number="(({index}) as f64)",
        signed="({counter} as isize)",
    ),
)
