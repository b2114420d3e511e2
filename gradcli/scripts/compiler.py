"""From the syntax tree of a script to instructions: a table of what each kind of node expands to, and a list of work.

An expansion is a list of nodes, which are expanded in turn, of instructions, and of labels. So nesting costs no stack.
"""

from __future__ import annotations

import ast
import builtins as python_builtins
from collections.abc import Callable, Collection, Sequence
from typing import Any

from gradcli.scripts.code import Arity, Code, Instruction, Label
from gradcli.scripts.source import Source, UnknownError
from gradcli.scripts.subset import BINARY, COMPARE, UNARY, check_import, refusal

Item = ast.AST | Instruction | Label | Callable[[], None]


class _Loop:
    """A loop, or a block inside one, that ``break`` and ``continue`` leave.

    Attributes:
        leave: The instructions that leave the block.
        start: Of a loop where ``continue`` goes.
        end: Of a loop where ``break`` goes.
    """

    def __init__(self, leave: Sequence[str], start: Label | None = None, end: Label | None = None) -> None:
        self.leave = leave
        self.start = start
        self.end = end


def compiled(source: Source, builtins: Collection[str]) -> Code:
    """The code of a script.

    Args:
        source: The script.
        builtins: The names that every script has.

    Raises:
        GradcliError: It is no Python, or uses what the subset does not have.
    """
    tree = source.tree()
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    stored |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    stored |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    stored |= {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    return _Compiler(source, stored | {*builtins, "__name__"}).code("<module>", tree.body)


class _Compiler:
    def __init__(self, source: Source, known: Collection[str]) -> None:
        self.source = source
        self.known = known
        self.blocks: list[_Loop] = []

    def code(self, name: str, body: Sequence[ast.stmt]) -> Code:
        """Compile the statements of a script; those of its functions are compiled when the work list comes to them."""
        code = Code(name)
        later: list[tuple[Code, Sequence[ast.stmt] | ast.expr]] = [(code, body)]
        self.later = later
        while later:
            target, part = later.pop()
            self.blocks = []
            self.target = target
            if isinstance(part, ast.expr):
                self.fill(target, [part, Instruction("return", None, part)])
            else:
                last = part[-1] if part else ast.Pass()
                self.fill(target, [*part, Instruction("constant", None, last), Instruction("return", None, last)])
        return code

    def fill(self, code: Code, items: Sequence[Item]) -> None:
        """Expand items into the instructions of a code."""
        work: list[Item] = list(reversed(items))
        instructions = code.instructions
        while work:
            item = work.pop()
            if isinstance(item, Instruction):
                instructions.append(item)
            elif isinstance(item, Label):
                item.index = len(instructions)
            elif isinstance(item, ast.AST):
                expand = EXPANSIONS.get(type(item))
                if expand is None:
                    raise self.unknown(item)
                work.extend(reversed(expand(self, item)))
            else:
                item()

    def unknown(self, node: ast.AST, message: str = "", hint: str = "") -> UnknownError:
        """The error for a part of the script that the subset does not have."""
        if not message:
            message, hint = refusal(node)
        return UnknownError(message, self.source.span(node), hint, source=self.source.text, where=self.source.where)

    # ---- statements ----

    def expression_statement(self, node: ast.Expr) -> list[Item]:
        if isinstance(node.value, ast.Constant):  # a docstring
            return []
        return [node.value, Instruction("pop", None, node)]

    def nothing(self, node: ast.AST) -> list[Item]:
        return []

    def assign(self, node: ast.Assign) -> list[Item]:
        items: list[Item] = [node.value]
        for target in node.targets[1:]:
            items += [Instruction("copy", None, target), *self.store(target)]
        return [*items, *self.store(node.targets[0])]

    def annotated(self, node: ast.AnnAssign) -> list[Item]:
        return [] if node.value is None else [node.value, *self.store(node.target)]

    def store(self, target: ast.AST) -> list[Item]:
        """Store the value on top of the stack."""
        match target:
            case ast.Name(id=name):
                self.check_name(target, name)
                return [Instruction("store", name, target)]
            case ast.Attribute(value=value, attr=attribute):
                self.check_name(target, attribute)
                return [value, Instruction("store attribute", attribute, target)]
            case ast.Subscript(value=value, slice=index):
                return [value, index, Instruction("store item", None, target)]
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                stars = [index for index, part in enumerate(parts) if isinstance(part, ast.Starred)]
                star = stars[0] if stars else None
                items: list[Item] = [Instruction("unpack", (len(parts), star), target)]
                return [*items, *[_Stores(part.value if isinstance(part, ast.Starred) else part) for part in parts]]
            case _:
                raise self.unknown(target)

    def stores(self, node: _Stores) -> list[Item]:
        return self.store(node.target)

    def augmented(self, node: ast.AugAssign) -> list[Item]:
        operator = BINARY.get(type(node.op))
        if operator is None:
            raise self.unknown(node)
        change = Instruction("change", operator, node)
        match node.target:
            case ast.Name(id=name):
                self.check_name(node.target, name)
                return [Instruction("load", name, node.target), node.value, change, Instruction("store", name, node.target)]
            case ast.Attribute(value=value, attr=attribute):
                self.check_name(node.target, attribute)
                load = Instruction("attribute", attribute, node.target)
                copy = Instruction("copy", None, node)
                return [value, copy, load, node.value, change, Instruction("swap", None, node),
                        Instruction("store attribute", attribute, node.target)]  # fmt: skip
            case ast.Subscript(value=value, slice=index):
                load = Instruction("item", None, node.target)
                copy = Instruction("copy two", None, node)
                return [value, index, copy, load, node.value, change, Instruction("turn", None, node),
                        Instruction("store item", None, node.target)]  # fmt: skip
            case _:
                raise self.unknown(node)

    def if_(self, node: ast.If) -> list[Item]:
        otherwise, end = Label(), Label()
        return [node.test, Instruction("jump unless", otherwise, node.test), *node.body, Instruction("jump", end, node),
                otherwise, *node.orelse, end]  # fmt: skip

    def while_(self, node: ast.While) -> list[Item]:
        start, otherwise, end = Label(), Label(), Label()
        enter, leave = self.block(_Loop((), start, end))
        return [start, node.test, Instruction("jump unless", otherwise, node.test), enter, *node.body, leave,
                Instruction("jump", start, node), otherwise, *node.orelse, end]  # fmt: skip

    def for_(self, node: ast.For) -> list[Item]:
        start, otherwise, end = Label(), Label(), Label()
        enter, leave = self.block(_Loop(("pop",), start, end))
        return [node.iter, Instruction("iterate", None, node.iter), start, Instruction("next", otherwise, node),
                *self.store(node.target), enter, *node.body, leave, Instruction("jump", start, node), otherwise,
                *node.orelse, end]  # fmt: skip

    def block(self, block: _Loop) -> tuple[Callable[[], None], Callable[[], None]]:
        """What the work list does where a block begins and where it ends."""
        return lambda: self.blocks.append(block), lambda: self.blocks.__delitem__(-1)

    def break_(self, node: ast.Break | ast.Continue) -> list[Item]:
        items: list[Item] = []
        for block in reversed(self.blocks):
            if block.end is not None and block.start is not None:
                if isinstance(node, ast.Continue):
                    return [*items, Instruction("jump", block.start, node)]
                return [*items, *[Instruction(name, None, node) for name in block.leave], Instruction("jump", block.end, node)]
            items += [Instruction(name, None, node) for name in block.leave]
        raise self.unknown(node, f"SyntaxError: '{type(node).__name__.lower()}' outside loop")

    def with_(self, node: ast.With) -> list[Item]:
        items: list[Item] = []
        leaves: list[Item] = []
        for item in node.items:
            enter, leave = self.block(_Loop(("leave",)))
            items += [item.context_expr, Instruction("enter", None, item.context_expr)]
            items += [Instruction("pop", None, node)] if item.optional_vars is None else self.store(item.optional_vars)
            items.append(enter)
            leaves += [leave, Instruction("leave", None, node)]
        return [*items, *node.body, *leaves]

    def try_(self, node: ast.Try) -> list[Item]:
        if node.finalbody:
            raise self.unknown(node.finalbody[0], "finally is not known here", "write its statements behind the try statement")
        handlers, end = Label(), Label()
        enter, leave = self.block(_Loop(("forget",)))
        items: list[Item] = [Instruction("try", handlers, node), enter, *node.body, leave, Instruction("forget", None, node)]
        items += [*node.orelse, Instruction("jump", end, node), handlers]
        for handler in node.handlers:
            following = Label()
            if handler.type is not None:
                items += [handler.type, Instruction("catches", following, handler)]
            items += (
                [Instruction("pop", None, handler)] if handler.name is None else [Instruction("store", handler.name, handler)]
            )
            items += [*handler.body, Instruction("jump", end, handler), following]
        return [*items, Instruction("raise", None, node), end]

    def raise_(self, node: ast.Raise) -> list[Item]:
        if node.exc is None:
            raise self.unknown(node, "raise without an exception is not known here", "name the exception: raise error")
        return [node.exc, Instruction("raise", None, node)]

    def assert_(self, node: ast.Assert) -> list[Item]:
        wrong, end = Label(), Label()
        message: list[Item] = [Instruction("constant", None, node)] if node.msg is None else [node.msg]
        return [node.test, Instruction("jump unless", wrong, node.test), Instruction("jump", end, node), wrong, *message,
                Instruction("fail", None, node), end]  # fmt: skip

    def return_(self, node: ast.Return) -> list[Item]:
        value: Item = Instruction("constant", None, node) if node.value is None else node.value
        return [value, Instruction("return", None, node)]

    def delete(self, node: ast.Delete) -> list[Item]:
        items: list[Item] = []
        for target in node.targets:
            match target:
                case ast.Name(id=name):
                    items.append(Instruction("delete", name, target))
                case ast.Subscript(value=value, slice=index):
                    items += [value, index, Instruction("delete item", None, target)]
                case _:
                    raise self.unknown(target)
        return items

    def outer(self, node: ast.Global | ast.Nonlocal) -> list[Item]:
        self.target.outer.update(node.names)
        return []

    def import_(self, node: ast.Import | ast.ImportFrom) -> list[Item]:
        items: list[Item] = []
        for module, name, bound in check_import(node, self.unknown):
            items += [Instruction("import", (module, name), node), Instruction("store", bound, node)]
        return items

    def define(self, node: ast.FunctionDef) -> list[Item]:
        if node.decorator_list:
            raise self.unknown(node.decorator_list[0], "decorators are not known here", "call what it does inside the function")
        return [*self.function(node.name, node.args, node.body, node), Instruction("store", node.name, node)]

    def lambda_(self, node: ast.Lambda) -> list[Item]:
        return self.function("<lambda>", node.args, node.body, node)

    def function(self, name: str, arguments: ast.arguments, body: Sequence[ast.stmt] | ast.expr, node: ast.AST) -> list[Item]:
        if arguments.kwarg is not None:
            raise self.unknown(arguments.kwarg, "**keywords are not known here", "name the parameters")
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: list[Item] = list(arguments.defaults)
        for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if default is None:
                raise self.unknown(parameter, "a keyword parameter needs a default here", f"write {parameter.arg}=None")
            positional.append(parameter)
            defaults.append(default)
        for parameter in positional:
            self.check_name(parameter, parameter.arg)
        rest = "" if arguments.vararg is None else arguments.vararg.arg
        code = Code(name, [], tuple(parameter.arg for parameter in positional), len(defaults), rest)
        self.later.append((code, body))
        return [*defaults, Instruction("function", code, node)]

    # ---- expressions ----

    def constant(self, node: ast.Constant) -> list[Item]:
        if not isinstance(node.value, int | float | str | None):
            if node.value is ...:
                return [Instruction("constant", ..., node)]
            raise self.unknown(node, f"the {type(node.value).__name__} {ast.unparse(node)[:40]} is not known here")
        return [Instruction("constant", node.value, node)]

    def name(self, node: ast.Name) -> list[Item]:
        self.check_name(node, node.id)
        if node.id not in self.known and node.id in dir(python_builtins):
            raise self.unknown(node, f"{node.id} is not known here", "gradcli torch --list shows what is")
        return [Instruction("load", node.id, node)]

    def check_name(self, node: ast.AST, name: str) -> None:
        """Check that a name or attribute is none of Python's own machinery."""
        if name.startswith("__") and name not in ("__name__", "__version__"):
            raise self.unknown(node, f"{name} is not known here", "names that begin with __ are Python's own machinery")

    def attribute(self, node: ast.Attribute) -> list[Item]:
        self.check_name(node, node.attr)
        return [node.value, Instruction("attribute", node.attr, node)]

    def binary(self, node: ast.BinOp) -> list[Item]:
        operator = BINARY.get(type(node.op))
        if operator is None:
            raise self.unknown(node)
        return [node.left, node.right, Instruction("binary", operator, node)]

    def unary(self, node: ast.UnaryOp) -> list[Item]:
        return [node.operand, Instruction("unary", UNARY[type(node.op)], node)]

    def both(self, node: ast.BoolOp) -> list[Item]:
        end = Label()
        jump = "jump unless or pop" if isinstance(node.op, ast.And) else "jump if or pop"
        items: list[Item] = [node.values[0]]
        for value in node.values[1:]:
            items += [Instruction(jump, end, node), value]
        return [*items, end]

    def compare(self, node: ast.Compare) -> list[Item]:
        if len(node.ops) == 1:
            return [node.left, node.comparators[0], Instruction("compare", COMPARE[type(node.ops[0])], node)]
        end, clean = Label(), Label()
        items: list[Item] = [node.left]
        for operator, right in zip(node.ops[:-1], node.comparators[:-1], strict=True):
            items += [right, Instruction("copy under", None, node), Instruction("compare", COMPARE[type(operator)], node),
                      Instruction("jump unless or pop", clean, node)]  # fmt: skip
        items += [node.comparators[-1], Instruction("compare", COMPARE[type(node.ops[-1])], node), Instruction("jump", end, node)]
        return [*items, clean, Instruction("swap", None, node), Instruction("pop", None, node), end]

    def choice(self, node: ast.IfExp) -> list[Item]:
        otherwise, end = Label(), Label()
        return [node.test, Instruction("jump unless", otherwise, node.test), node.body, Instruction("jump", end, node),
                otherwise, node.orelse, end]  # fmt: skip

    def call(self, node: ast.Call) -> list[Item]:
        positional = [argument.value if isinstance(argument, ast.Starred) else argument for argument in node.args]
        names: list[str] = []
        for keyword in node.keywords:
            if keyword.arg is None:
                raise self.unknown(keyword.value, "**keywords are not known here", "name the arguments")
            names.append(keyword.arg)
        arity = Arity(tuple(isinstance(argument, ast.Starred) for argument in node.args), tuple(names))
        return [node.func, *positional, *[keyword.value for keyword in node.keywords], Instruction("call", arity, node)]

    def subscript(self, node: ast.Subscript) -> list[Item]:
        return [node.value, node.slice, Instruction("item", None, node)]

    def slice(self, node: ast.Slice) -> list[Item]:
        parts = [Instruction("constant", None, node) if part is None else part for part in (node.lower, node.upper, node.step)]
        return [*parts, Instruction("slice", None, node)]

    def sequence(self, node: ast.List | ast.Tuple) -> list[Item]:
        kind = "list" if isinstance(node, ast.List) else "tuple"
        stars = tuple(isinstance(part, ast.Starred) for part in node.elts)
        parts = [part.value if isinstance(part, ast.Starred) else part for part in node.elts]
        return [*parts, Instruction(kind, stars, node)]

    def dictionary(self, node: ast.Dict) -> list[Item]:
        items: list[Item] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                raise self.unknown(value, "** in a dictionary is not known here", "name its keys")
            items += [key, value]
        return [*items, Instruction("dict", len(node.keys), node)]

    def text(self, node: ast.JoinedStr) -> list[Item]:
        return [*node.values, Instruction("join", len(node.values), node)]

    def formatted(self, node: ast.FormattedValue) -> list[Item]:
        spec: list[Item] = [Instruction("constant", "", node)] if node.format_spec is None else [node.format_spec]
        return [node.value, *spec, Instruction("format", node.conversion, node)]

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.DictComp) -> list[Item]:
        items: list[Item] = [Instruction("dict" if isinstance(node, ast.DictComp) else "list", 0 if isinstance(node, ast.DictComp)
                                         else (), node), Instruction("open scope", None, node)]  # fmt: skip
        closing: list[Item] = []
        for generator in node.generators:
            if generator.is_async:
                raise self.unknown(generator.iter, "async is not known here")
            start, end = Label(), Label()
            source = generator.iter
            items += [source, Instruction("iterate", None, source), start, Instruction("next", end, source)]
            items += self.store(generator.target)
            for test in generator.ifs:
                items += [test, Instruction("jump unless", start, test)]
            closing = [Instruction("jump", start, node), end, *closing]
        depth = len(node.generators)
        if isinstance(node, ast.DictComp):
            items += [node.key, node.value, Instruction("put", depth, node)]
        else:
            items += [node.elt, Instruction("append", depth, node)]
        return [*items, *closing, Instruction("close scope", None, node)]

    def walrus(self, node: ast.NamedExpr) -> list[Item]:
        return [node.value, Instruction("copy", None, node), *self.store(node.target)]


class _Stores(ast.AST):
    """Work left for later: store the value on top of the stack in a target."""

    def __init__(self, target: ast.AST) -> None:
        self.target = target


EXPANSIONS: dict[type[ast.AST], Callable[[_Compiler, Any], list[Item]]] = {
    ast.Expr: _Compiler.expression_statement,
    ast.Pass: _Compiler.nothing,
    ast.Assign: _Compiler.assign,
    ast.AnnAssign: _Compiler.annotated,
    ast.AugAssign: _Compiler.augmented,
    ast.If: _Compiler.if_,
    ast.While: _Compiler.while_,
    ast.For: _Compiler.for_,
    ast.Break: _Compiler.break_,
    ast.Continue: _Compiler.break_,
    ast.With: _Compiler.with_,
    ast.Try: _Compiler.try_,
    ast.Raise: _Compiler.raise_,
    ast.Assert: _Compiler.assert_,
    ast.Return: _Compiler.return_,
    ast.Delete: _Compiler.delete,
    ast.Global: _Compiler.outer,
    ast.Nonlocal: _Compiler.outer,
    ast.Import: _Compiler.import_,
    ast.ImportFrom: _Compiler.import_,
    ast.FunctionDef: _Compiler.define,
    ast.Lambda: _Compiler.lambda_,
    ast.Constant: _Compiler.constant,
    ast.Name: _Compiler.name,
    ast.Attribute: _Compiler.attribute,
    ast.BinOp: _Compiler.binary,
    ast.UnaryOp: _Compiler.unary,
    ast.BoolOp: _Compiler.both,
    ast.Compare: _Compiler.compare,
    ast.IfExp: _Compiler.choice,
    ast.Call: _Compiler.call,
    ast.Subscript: _Compiler.subscript,
    ast.Slice: _Compiler.slice,
    ast.List: _Compiler.sequence,
    ast.Tuple: _Compiler.sequence,
    ast.Dict: _Compiler.dictionary,
    ast.JoinedStr: _Compiler.text,
    ast.FormattedValue: _Compiler.formatted,
    ast.ListComp: _Compiler.comprehension,
    ast.GeneratorExp: _Compiler.comprehension,
    ast.DictComp: _Compiler.comprehension,
    ast.NamedExpr: _Compiler.walrus,
    _Stores: _Compiler.stores,
}
"""What each kind of node expands to; a kind that is not here is not in the subset."""
