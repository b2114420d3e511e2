"""The expression or the program of a call: from its arguments, from a file, or from standard input."""

from __future__ import annotations

import itertools
import os
import re

from gradcli.cli.framework.command import Options
from gradcli.cli.framework.options import READINGS, ProgramOptions, ReadOptions, SourceOptions
from gradcli.cli.framework.streams import STDIN, read_text, write_warning
from gradcli.cli.framework.table import refuse_options, several_expressions
from gradcli.errors import GradcliError, NoValueError, visible
from gradcli.language.numbers import HALF, POWER_OF_E, SPELLED
from gradcli.language.parser import ReadText
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.elementwise.exponential import exp

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?::[+-]?[0-9.]+)?"
_LIKE_AN_OPTION = r"-[^\W\d]\w*"
_GIVEN = r"[^\W\d]\w*"
NAMING = ("set", "wrt", "at", "shape", "partial", "implicit", "depends", "choose")
"""Options that name variables; each of these is one name, however long it is."""
READING = "GRADCLI_READ"
"""The variable of the environment that says how texts are read."""
_FOREIGN = ("\\", "<", "$", "^{")
"""Signs of LaTeX and of MathML."""
_DEFINED = r"\s*[^\W\d]\w*\s*\(\s*[^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*\s*\)\s*=[^=\n;#{]*"
"""A function and nothing else, which is what is meant."""
_CALLED = r"(?<=\\)[a-zA-Z]+|(?<!\w)\w+(?=[ \t]*\(|[ \t]+[\w\\])"
r"""What may be the name of a function that is called, digits before it: ln(x), 2ln(x), \ln x, and ln x of a lenient text."""
_DECIMAL = r"(?<!\.)\.\d|\d\.(?![.\w])|\d[eE]-\d"
_POWER_OF_E = r"^(?!(?s:.*)(?<!\w)e[ \t]*=[^=])(?s:.*?)(?<!\w)e[ \t]*(?:\^|\*\*)"
_FLAT_POWER = r"(?<!\w)e\^(\d+(?:\.\d+)?)([^\W\d_])(?!\w)"
"""A power of e of which the last factor does not stand above: e^2x."""
_LONG = 10_000
"""Characters of a text up to which names are looked for."""
_SUFFIXES = (".grad", ".txt")
"""The ends of the names of files that have programs."""
_PATH = r"^\.{0,2}/|\.(?!T$)[A-Za-z]\w*$"
"""What begins or ends as the path of a file, and not as an expression."""
_FILE = r"[\w./-]*[^\W\d]\w*\.(?:grad|txt|py|csv|jsonl?|tex|md)"
"""The name of a file, which is no expression either."""
_PROGRAM = r"[ =*+^;(]"
"""Signs that a program has, and hardly the name of a file."""


def expression_text(options: SourceOptions) -> tuple[str, str]:
    """The text of the expression, read as the call says, and what messages call it.

    Raises:
        GradcliError: There is none, or more than one, or it cannot be read.
    """
    text, where = expression_as_written(options)
    return as_read(text, where, options), where


def as_read(text: str, where: str, options: ReadOptions) -> str:
    """The text of a call, read already where it is not written strictly; then it is said as what it was read.

    Raises:
        GradcliError: It cannot be read so.
    """
    found = side_as_read(text, text, where, options)
    say_reading(found, options)
    if "jacobian" not in options.given and re.search(r"\n\s*[+−–-]", text):  # a line that begins with a sign
        from gradcli.language import parser, program_text

        for warning in program_text.without_effect(parser.parse(found, where), text):
            write_warning(warning)
    return found


def question_as_read(text: str, where: str, options: ReadOptions, name: str = "") -> str:
    """The text of a question, whose answers are read leniently: said, with its name, where a lenient reader sees more in it.

    Raises:
        GradcliError: It cannot be read.
    """
    found = side_as_read(text, text, where, options)
    if not isinstance(found, ReadText):
        found = _with_lenient(found, where, options)
    same = isinstance(found, ReadText) and not found.notes and "".join(found.read_as.split()) == "".join(text.split())
    if not (name and same):
        say_reading(found, options, name)
    return found


def _with_lenient(text: str, where: str, options: Options) -> str:
    """A strict text with what it is read as, where a lenient reader takes it for something else or sees two readings."""
    from gradcli.language.parser import parse
    from gradcli.language.program_text import program_text as text_of

    try:
        lenient, program = _read(text, where, "lenient", options), parse(text)
    except GradcliError:
        return text  # the strict reading is the only one, or its fault is said where it is parsed
    finally:
        spell(text, options)
    found = ReadText(text)
    found.program, found.read_as, found.notes = program, text_of(program, "; "), lenient.notes
    if found.read_as != lenient.read_as:
        found.notes = (f"--read lenient reads {lenient.read_as}",)
    elif not (lenient.others and lenient.notes):
        return text
    return found


def side_as_read(text: str, whole: str, where: str, options: ReadOptions) -> str:
    """A part of the text of a call, read already where the whole is not written strictly.

    Raises:
        GradcliError: It cannot be read so.
    """
    spell(whole, options)
    how = options.read or "strict"
    if options.read is None and any(sign in whole for sign in _FOREIGN):
        from gradcli.language.readings.read import STRICT, reading_of

        how = reading_of(whole, STRICT)
    elif options.read is None and "=" in whole and re.fullmatch(_DEFINED, whole):
        how = "lenient"
    elif options.read is None:
        how = usual_reading()
    if how == "strict":
        if options.read is None:
            _refuse_run_together(text, where, options)
        return text
    return _read(text, where, how, options)


def usual_reading() -> str:
    """How texts are read where a call does not say it: strictly, or as the environment says.

    Raises:
        GradcliError: It says another word.
    """
    how = os.environ.get(READING) or READINGS[0]
    if how not in READINGS:
        raise GradcliError(f"{READING} is {how}", hint=f"it takes {', '.join(READINGS)}")
    return how


def _refuse_run_together(text: str, where: str, options: Options) -> None:
    """Check that no name of a strict text is what people write for a product or a call, as xlnx and xe^x are.

    Names that are given mean what they say, and so do all where values come by name from a file or --read strict is given.

    Raises:
        GradcliError: One is.
    """
    if len(text) > _SHORT or not {"bindings", "feed"}.isdisjoint(options.given) or not re.search(r"[^\W\d]\w", text):
        return
    from gradcli.language.parser import parse
    from gradcli.language.statements import free_names

    try:
        names = free_names(parse(text))
    except GradcliError:
        return  # that is said where it is parsed
    given = set(_names_given(options))
    for name, span in names.items():
        if name in given or len(name) < 2:
            continue
        from gradcli.ops.words import taken_apart

        if meant := taken_apart(name, {*names, *given} - {name}, text[span[1] :]):
            hint = f"write {meant}, or add --read lenient; with --read strict {name} is a variable"
            raise GradcliError(f"{name} is one name, and so one variable", span, hint, source=text, where=where)


def _read(text: str, where: str, how: str, options: Options) -> ReadText:
    from gradcli.ops.words import read

    found = read(text, where, how, _names_given(options))
    spell(found.read_as, options)
    return found


def spell(text: str, options: Options) -> None:
    """Write functions as a text calls them that calls each by one name: ln stays ln, arcsin stays arcsin; fractions likewise."""
    SPELLED.clear()
    SPELLED[HALF] = "0.5" if re.search(_DECIMAL, text) else HALF
    if len(text) > _LONG:
        return
    called = {word.lstrip("0123456789") for word in re.findall(_CALLED, text)}
    for operation in OPERATIONS.values():
        used = called.intersection(operation.spellings)
        own = operation.facts.written or operation.name
        if len(used) == 1 and own not in called:
            SPELLED[own] = used.pop()
    if exp.name not in called and re.search(_POWER_OF_E, text) and "e" not in _names_given(options):
        SPELLED[exp.name] = POWER_OF_E


def _names_given(options: Options) -> list[str]:
    """The names of variables that a call gives or asks for: each is one name, however long it is."""
    given = [given.name for given in options.variables]
    for option in NAMING:
        parts = options.given.get(option, ())
        given += [name for part in ([parts] if isinstance(parts, str) else parts) for name in re.findall(_GIVEN, part)]
    return given


def read_otherwise(error: GradcliError, options: Options) -> GradcliError:
    """An error, with a hint where its text is refused as a strict one and is clear to a lenient reader."""
    source = error.source
    if (
        not isinstance(options, ReadOptions)
        or options.read is not None
        or not source
        or len(source) > _SHORT
        or "--read" in error.hint
        or error.where.startswith("-")  # the value of an option
    ):
        return error
    from gradcli.language.parser import parse
    from gradcli.language.program_text import program_text as text_of
    from gradcli.language.statements import free_names

    try:
        found = _read(source, error.where, "lenient", options)
    except GradcliError as other:
        knows_words = error.message.startswith("an operator is missing") and other.message != error.message
        return other if knows_words and other.hint else error  # its hint is of its own fault
    try:
        program = parse(source)
        apart = set(free_names(program)) - set(re.findall(_GIVEN, found.read_as))  # xe of xe^x, which is read as x*e^x
        meant = any(given.name in name for name in apart for given in options.variables)
        if text_of(program, "; ") == found.read_as or (isinstance(error, NoValueError) and not meant):
            return error
    except GradcliError:
        pass
    if not error.hint.startswith("write ") or not re.search("is missing before|and here it has no argument", error.message):
        error.hint = f"{error.hint}; or --read lenient, which reads {found.read_as}".removeprefix("; or ")
        return error
    arrays = "*" in found.read_as and any(given.text.lstrip()[:1] in ("[", "@") for given in options.variables)
    matrices = ", with @ in place of * for a product of matrices" if arrays else ""
    error.hint = f"write {found.read_as}{matrices}, or add --read lenient, which reads it so"
    return error


_SHORT = 400
"""Characters of a text that is read once more for a hint."""


def say_reading(text: str, options: ReadOptions, name: str = "") -> None:
    """Say as what a text was read that is not written strictly; of one of several with its name before."""
    if "json" in options.given or options.given.get("format") == "json":
        return
    from gradcli.cli.framework.streams import write_note

    if not isinstance(text, ReadText):
        if "quiet" not in options.given and (found := re.search(_FLAT_POWER, text)):
            number, factor = found.groups()
            write_note(f"note: {found[0]} is read as e^{number}*{factor}; e^({number}*{factor}) is written with parentheses")
        return
    write_note(visible(f"question {name} is read as: {text.read_as}" if name else f"read as: {text.read_as}"))
    for note in text.notes:
        write_note(visible(f"note on question {name}: {note}" if name else f"note: {note}"))


def expression_as_written(options: SourceOptions) -> tuple[str, str]:
    """The text of the expression as it is written, and what messages call it."""
    file, positional = options.file, options.positional
    if file is not None:
        if positional:
            raise GradcliError(f"there is an expression, '{positional[0]}', and also a file, {file}", hint="leave one out")
        return read_text(file)
    if not positional:
        raise _no_expression(options)
    if len(positional) > 1:
        raise several_expressions(options)
    text = positional[0]
    if text == STDIN:
        return read_text(STDIN)
    if re.search(_PATH, text) and os.path.isfile(text):
        raise GradcliError(f"{text} is a file, and an expression is needed", hint=f"write -f {text}")
    if re.fullmatch(_FILE, text):
        hint = "a file is given by -f FILE; a gradient stands beside the value of its expression"
        raise GradcliError(f"{text} is no expression, and there is no such file", hint=hint)
    return text, "expression"


def expression_texts(options: SourceOptions) -> list[tuple[str, str]]:
    """The texts of one expression or of several, each with what messages call it.

    Raises:
        GradcliError: There is none, or one cannot be read.
    """
    texts = options.positional
    if len(texts) < 2 or options.file is not None:
        return [expression_text(options)]
    if any(re.fullmatch(_LIKE_AN_OPTION, text) and re.fullmatch(_NUMBER, next) for text, next in itertools.pairwise(texts)):
        raise several_expressions(options)
    refuse_options(texts, options)
    if texts.count(STDIN) > 1:
        raise GradcliError("two expressions cannot come from standard input", hint="give one as an argument")
    given = [read_text(STDIN) if text == STDIN else (text, "expression") for text in texts]
    return [(as_read(text, where, options), where) for text, where in given]


def program_text(options: ProgramOptions) -> tuple[str, str]:
    """The text of the program, read as the call says, and what messages call it.

    Raises:
        GradcliError: There is none, or more than one, or the file cannot be read.
    """
    text, where = program_as_written(options)
    return as_read(text, where, options), where


def program_as_written(options: ProgramOptions) -> tuple[str, str]:
    """The text of the program as it is written, and what messages call it."""
    text, name = options.expression, options.command.name
    files = [*options.positional, *([] if options.file is None else [options.file])]
    if text is not None:
        if files:
            raise GradcliError(f"there is an expression, '{text}', and also a file, {files[0]}", hint="leave one out")
        return text, "expression"
    if not files:
        raise GradcliError("there is no program", hint=f'gradcli {name} FILE.grad, or gradcli {name} "x^2"')
    if len(files) > 1:
        refuse_options(files, options)
        raise GradcliError(f"one file at a time: {' '.join(files)}", hint="leave out all but one")
    [path] = files
    is_text = options.file is None and not path.endswith(_SUFFIXES) and re.search(_PROGRAM, path)
    if is_text and not os.path.exists(path):
        return path, "expression"
    try:
        return read_text(path)
    except GradcliError as error:
        if not path.endswith(_SUFFIXES):
            error.hint = f'for an expression: gradcli {name} -e "{path}"'
        raise


def _no_expression(options: SourceOptions) -> GradcliError:
    command = options.command
    for given in options.variables:
        near = command.near(given.option)
        if near and not re.fullmatch(_NUMBER, given.text):
            return GradcliError(f"there is no option {given.option}", hint=f"did you mean {near}?")
    for option, values in options.given.items():
        if option in NAMING and isinstance(values, str) and re.search(r"[=+*/^(]", values) and option != "depends":
            write = f'gradcli {command.name} "{values}" --{option} y' if "=" in values else f'gradcli {command.name} "{values}"'
            return GradcliError(f"--{option} takes a name, and {values} is an expression", hint=f"write {write}")
    point = " --x 2 --w 1" if command.takes_variables else ""
    hint = f'write one in quotation marks: gradcli {command.name} "(x+w)*(w+1)"{point}'
    return GradcliError("there is no expression", hint=hint)
