"""The entry point: runs a command and turns whatever happens into an exit code and a message on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from gradcli import __version__
from gradcli.cli.framework.command import HELP_FLAGS
from gradcli.cli.framework.streams import LANGUAGES, is_terminal, only_ascii, speak, write, write_error, write_note
from gradcli.cli.framework.table import command_named, command_names, option_like
from gradcli.errors import WARNED, ExitCode, GradcliError, UnknownVariableError, nearest
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn

_COMPLETION = "_GRADCLI_COMPLETE"
_LANG = "--lang"
_FLAGS = ("--version", "--install-completion", "--show-completion", *HELP_FLAGS)


def main() -> NoReturn:
    """Run the command line and exit."""
    code = run(sys.argv[1:])
    # The operating system takes the memory back faster than the interpreter frees it node by node.
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line.

    Args:
        arguments: The arguments after the program's name.

    Returns:
        The exit code.
    """
    try:
        arguments, language = _language(arguments)
        speak(language if "--ascii" not in arguments else "en")
        code = _run(arguments)
        write(())
        return code or ExitCode.SUCCESS
    except GradcliError as error:
        as_json = "--json" in arguments or "--format=json" in arguments or "--format json" in " ".join(arguments)
        write_error(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        write_note("interrupted")
        return ExitCode.INTERRUPTED
    except MemoryError:
        write_error(GradcliError("out of memory", exit_code=ExitCode.LIMIT), as_json="--json" in arguments)
        return ExitCode.LIMIT
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise
        found = _missing(error) or _defect(error)
        write_error(found, as_json="--json" in arguments)
        return found.exit_code
    finally:
        WARNED.clear()
        speak("en")  # who calls the functions themselves is answered in English


def _missing(error: Exception) -> GradcliError | None:
    """What is said of a package that gradcli needs and that is not there."""
    package = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    if not package or package == "gradcli":
        return None
    return GradcliError(f"the package {package} is not installed", hint="pip install gradcli installs all that it needs")


def _defect(error: Exception) -> GradcliError:
    """Whatever else happens is a defect of the program: one line says so, where a traceback would only frighten."""
    message = f"internal error, {type(error).__name__}: {error}"
    return GradcliError(message, hint="this is a defect of gradcli, not of your input", exit_code=ExitCode.DEFECT)


def _language(arguments: Sequence[str]) -> tuple[list[str], str]:
    """The arguments without --lang, which stands anywhere, and the language: what it says, else what the environment does.

    Raises:
        GradcliError: It has no value, or one that is no language.
    """
    environment = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    language = next((name for name in LANGUAGES if environment.lower().startswith(name)), LANGUAGES[0])
    if not any(argument.startswith(_LANG) for argument in arguments):
        return list(arguments), language
    rest: list[str] = []
    given = list(reversed(arguments))
    while given:
        argument = given.pop()
        flag, equals, value = argument.partition("=")
        if argument == "--":
            return [*rest, argument, *reversed(given)], language
        if flag != _LANG:
            rest.append(argument)
            continue
        value = value if equals else given.pop() if given else ""
        if value not in LANGUAGES:
            hint = f"write {_LANG} {' or '.join(LANGUAGES)}; a variable called lang is given by --set lang=VALUE"
            raise GradcliError(f"{_LANG} takes {' or '.join(LANGUAGES)}" + (f", not '{value}'" if value else ""), hint=hint)
        language = value
    return rest, language


def _run(arguments: Sequence[str]) -> ExitCode | None:
    if list(arguments) == ["--version"]:
        write([f"gradcli {__version__}\n"])
        return None
    if not arguments and _COMPLETION not in os.environ:
        from gradcli.cli.framework.help import welcome
        from gradcli.cli.views.show import show_blocks

        show_blocks(lambda style: welcome(), None)
        return None
    if _COMPLETION in os.environ or arguments[0].partition("=")[0] in _FLAGS:
        from gradcli.cli.framework.help import show_help

        if _COMPLETION in os.environ:
            from gradcli.cli.inputs.completion import completion

            show_help(arguments, completion())
        else:
            show_help(arguments)
        return None
    name, *rest = arguments
    if name not in command_names():
        raise _no_command(name, rest)
    own = rest[: rest.index("--")] if "--" in rest else rest
    asking = next((flag for flag in own if flag in HELP_FLAGS), None)
    if asking is not None:
        alone = len(rest) == 1  # else it may be a part of what is worked on, and a check that shows a page would count as passed
        if not alone and not is_terminal(sys.stdout):
            hint = f"`gradcli {name} --help` shows the page; behind -- everything is text: gradcli {name} -- TEXT"
            raise GradcliError(f"{asking} stands beside other arguments", hint=hint)
        from gradcli.cli.framework.help import show_help

        show_help([name, "--help"])
        return None if alone else ExitCode.BAD_INPUT
    from gradcli.cli.framework.reader import read

    command = command_named(name)
    options = read(command, rest)
    if "watch" in options.given:
        from gradcli.cli.framework.watching import reading, watch, without_watching

        again = [name, *reading(options), *without_watching(rest)]
        return watch(options.given["watch"], lambda: run(again))
    if "ascii" in options.given:
        only_ascii()
    from gradcli.cli.framework.choices import done
    from gradcli.language.numbers import SPELLED

    try:
        return done(command, options)
    except UnknownVariableError as error:
        raise option_like(error, options) from None
    except GradcliError as error:
        if error.exit_code != ExitCode.BAD_INPUT or error.position is None:
            raise
        from gradcli.cli.inputs.source import read_otherwise

        raise read_otherwise(error, options) from None
    finally:
        SPELLED.clear()  # what follows in this process is another text


_MEANT = {
    "derive|deriv|derivative|derivatives|differentiate|d": 'gradcli diff "x^2"',
    "gradient|grad|evaluate|value|calc|compute": 'gradcli eval "x^2*w" --x 2 --w 1',
    "jacobian": 'gradcli diff "[x*w, x + w]" --jacobian',
    "hessian": 'gradcli diff "x^2*w" --hessian',
    "draw|picture": 'gradcli graph "x^2*w"',
    "critical|extrema": 'gradcli stationary "x^3 - 3x"',
    "minimize|minimise|optimize|optimise|train": 'gradcli descend "(x - 1)^2" --x 3',
    "expand|factor|reduce": 'gradcli simplify "(x + 1)^2 - 1"',
    "verify|gradcheck": 'gradcli check "x^2" --x 3',
    "compare|same": 'gradcli equal "x*x" "x^2"',
    "debug|nan": 'gradcli why "x*log(x)" --x 0',
}
"""What people call commands, and what to write."""

_ELSEWHERE = {
    "integrate|integral|int|antiderivative|antidiff": "gradcli differentiates, and does not integrate",
    "solve|roots|zeros": 'gradcli solves no equations; where a derivative is 0: gradcli stationary "x^3 - 3x"',
    "limit|lim": 'there are no limits but those at removable points: gradcli diff "sin(x)/x" --at x=0',
}
"""What people look for and there is not."""


def _no_command(name: str, rest: Sequence[str]) -> GradcliError:
    meant = next((call for words, call in _MEANT.items() if name.lower() in words.split("|")), "")
    if meant:
        return GradcliError(f"there is no command {name}", hint=f"write {meant}")
    elsewhere = next((hint for words, hint in _ELSEWHERE.items() if name.lower() in words.split("|")), "")
    if elsewhere:
        return GradcliError(f"there is no command {name}", hint=elsewhere)
    if name.isidentifier():
        from gradcli.ops.words import vocabulary

        if name in vocabulary().functions:
            shown = f"{name}({', '.join(rest) if rest and not rest[0].startswith('-') else 'x'})"
            shown = shown if len(shown) < 60 else f"{name}(x)"
            hint = f'write gradcli eval "{shown}" --x 1, or gradcli diff "{shown}" for its derivative'
            return GradcliError(f"there is no command {name}: it is a function", hint=hint)
    if not all(part.isidentifier() for part in name.strip("-").split("-")):
        shown = name if len(name) < 60 else "EXPRESSION"
        return GradcliError(
            "there is no command before the expression",
            hint=f'for value, gradient and why: gradcli eval "{shown}"; for the derivative: gradcli diff "{shown}"',
        )
    near = "--version" if name in ("-V", "-v") else nearest(name, [*command_names(), *_FLAGS])
    kind = "option" if name.startswith("-") else "command"
    if near:
        return GradcliError(f"there is no {kind} {name}", hint=f"did you mean {near}?")
    if name.startswith("--"):
        return GradcliError(f"there is no option {name}", hint='options follow the command: gradcli eval "x^2" --x 3')
    return GradcliError(f"there is no command {name}", hint=f'`gradcli --help` lists them; for a value: gradcli eval "{name}"')
