"""Reading the arguments of a call by the declaration of its command.

A command with variables cannot know its options beforehand: ``--x 2`` gives the variable x a value, in any order, before or
after the expression. Nothing is guessed: what fits nowhere is an error.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.cli.framework.command import Command, Given, O, Option
from gradcli.errors import GradcliError, nearest
from gradcli.typing import Any

_TEXT = {"-": "- "}
"""Behind ``--`` a minus is a text like any other; one with a blank is not the name of standard input."""


def read(command: Command[O], arguments: Sequence[str]) -> O:
    """Sort the arguments of a call.

    Args:
        command: The command.
        arguments: What follows its name.

    Raises:
        GradcliError: An option is unknown, has no value or one that it does not take, or is given twice.
    """
    given: dict[str, Any] = {}
    variables: list[Given] = []
    positional: list[str] = []
    rest = list(reversed(arguments))

    def value_of(flag: str) -> str:
        if not rest or (rest[-1].startswith("--") and len(rest[-1]) > 2) or rest[-1] in command.flags:
            raise _no_value(flag, command)
        return rest.pop()

    while rest:
        argument = rest.pop()
        if argument == "--":
            positional.extend([_TEXT.get(text, text) for text in reversed(rest)] if command.takes_expressions else reversed(rest))
            break
        flag, equals, value = argument.partition("=")
        option = command.by_flag.get(flag)
        if option is not None and (not equals or flag.startswith("--")):
            if option.metavar:
                _put(given, option, value if equals else value_of(flag), flag)
            elif equals:
                raise GradcliError(f"{flag} takes no value", hint=f"write {flag}")
            else:
                given[option.name] = True
        elif flag.startswith("--"):
            if not command.takes_variables or not _is_name(flag[2:]):
                raise _no_option(flag, command)
            if equals and not value:
                raise _no_value(flag, command)
            variables.append(Given(flag[2:], value if equals else value_of(flag), flag))
        elif not command.takes_expressions and argument.startswith("-") and len(argument) > 1:
            raise _no_option(argument, command)
        else:
            positional.append(argument)
    return command.record(command, given, variables, positional)


def _put(given: dict[str, Any], option: Option[Any], value: str, flag: str) -> None:
    if option.repeated:
        given.setdefault(option.name, []).append(value)
        return
    if option.name in given:
        raise GradcliError(f"{flag} is given twice", hint="leave one out")
    if option.choices and value not in option.choices:
        from gradcli.cli.framework.table import others_take

        near = nearest(value, option.choices)
        listed = " or ".join(filter(None, (", ".join(option.choices[:-1]), option.choices[-1])))
        hint = f"did you mean {near}?" if near else others_take(flag, value)
        raise GradcliError(f"{flag} takes {listed}, not '{value}'", hint=hint)
    if option.minimum is not None:
        if not (value.isascii() and value.isdigit() and len(value) < 19 and option.minimum <= int(value) <= option.maximum):
            limits = f"from {option.minimum}" + (f" to {option.maximum}" if option.maximum < 10**15 else " on")
            raise GradcliError(f"{flag} takes a whole number {limits}, not '{value}'")
        given[option.name] = int(value)
    else:
        given[option.name] = value


def _no_option(flag: str, command: Command[Any]) -> GradcliError:
    from gradcli.cli.framework.table import others_have

    near, others = command.near(flag), others_have(flag, command)
    hint = f"did you mean {near}?" if near else f"`gradcli {command.name} --help` lists the options"
    return GradcliError(f"there is no option {flag}", hint=others or hint)


def _no_value(flag: str, command: Command[Any]) -> GradcliError:
    option = command.by_flag.get(flag)
    if option is not None:
        return GradcliError(f"{flag} needs a value", hint=f"write {flag} {'|'.join(option.choices) or option.metavar}")
    from gradcli.cli.framework.table import others_have

    near, others = command.near(flag), others_have(flag, command)
    if others:
        return GradcliError(f"there is no option {flag}", hint=f"{others}; a variable is given by {flag} VALUE")
    if near:
        hint = f"did you mean {near}? A variable is given by {flag} VALUE"
    else:
        hint = f"write {flag} VALUE; a value that begins with two dashes is written {flag}=VALUE"
    return GradcliError(f"{flag} needs a value", hint=hint)


def _is_name(text: str) -> bool:
    from gradcli.language.parser import is_name

    return text.isidentifier() or is_name(text)
