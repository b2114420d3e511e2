"""What each statement of a script expands to."""

from __future__ import annotations

import ast

from gradcli.emulation.python.code import Arity, Code, Instruction, Label
from gradcli.emulation.python.expansion import MODULE, Expansion, Item, Loop
from gradcli.emulation.python.subset import BINARY, check_import


class Statements(Expansion):
    """The expansions of statements."""

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
        enter, leave = self.block(Loop((), start, end))
        return [start, node.test, Instruction("jump unless", otherwise, node.test), enter, *node.body, leave,
                Instruction("jump", start, node), otherwise, *node.orelse, end]  # fmt: skip

    def for_(self, node: ast.For) -> list[Item]:
        start, otherwise, end = Label(), Label(), Label()
        enter, leave = self.block(Loop(("pop",), start, end))
        return [node.iter, Instruction("iterate", None, node.iter), start, Instruction("next", otherwise, node),
                *self.store(node.target), enter, *node.body, leave, Instruction("jump", start, node), otherwise,
                *node.orelse, end]  # fmt: skip

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
            enter, leave = self.block(Loop(("leave",)))
            items += [item.context_expr, Instruction("enter", None, item.context_expr)]
            items += [Instruction("pop", None, node)] if item.optional_vars is None else self.store(item.optional_vars)
            items.append(enter)
            leaves += [leave, Instruction("leave", None, node)]
        return [*items, *node.body, *leaves]

    def try_(self, node: ast.Try) -> list[Item]:
        if node.finalbody:
            return self.finally_(node)
        handlers, end = Label(), Label()
        enter, leave = self.block(Loop(("forget",)))
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

    def finally_(self, node: ast.Try) -> list[Item]:
        """A block that is left by what stands behind ``finally``, around the rest of the statement."""
        code = Code(self.target.name, calls=False)
        self.later.append((code, node.finalbody))
        enter, leave = self.block(Loop(("leave",)))
        body: list[ast.stmt] = node.body
        if node.handlers:
            body = [ast.copy_location(ast.Try(node.body, node.handlers, node.orelse, []), node)]
        return [Instruction("finally", code, node), enter, *body, leave, Instruction("leave", None, node)]

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
        if self.target.name == MODULE:
            raise self.unknown(node, "SyntaxError: 'return' outside function")
        value: Item = Instruction("constant", None, node) if node.value is None else node.value
        return [value, Instruction("return", None, node)]

    def yield_(self, node: ast.Yield | ast.YieldFrom) -> list[Item]:
        if self.target.name == MODULE or not self.target.calls:
            raise self.unknown(node, "yield is known in functions alone", "write a function that yields")
        self.target.yields = True
        value: Item = Instruction("constant", None, node) if node.value is None else node.value
        if isinstance(node, ast.Yield):
            return [value, Instruction("yield", None, node)]
        start, end = Label(), Label()
        goes_on: list[Item] = [Instruction("pop", None, node), Instruction("jump", start, node), end]
        items: list[Item] = [Instruction("iterate", None, node), start, Instruction("next", end, node)]
        return [value, *items, Instruction("yield", None, node), *goes_on, Instruction("constant", None, node)]

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
        return self.decorated(node, self.function(node.name, node.args, node.body, node))

    def class_(self, node: ast.ClassDef) -> list[Item]:
        if node.keywords:
            raise self.unknown(node.keywords[0].value, "arguments of a class are not known here", "leave them out")
        code = Code(self.qualified(node.name), calls=False)
        self.later.append((code, node.body))
        return self.decorated(node, [*node.bases, Instruction("class", (code, len(node.bases)), node)])

    def decorated(self, node: ast.FunctionDef | ast.ClassDef, made: list[Item]) -> list[Item]:
        """A function or class, handed to its decorators and stored."""
        calls: list[Item] = [Instruction("call", Arity((False,), ()), node) for _ in node.decorator_list]
        return [*node.decorator_list, *made, *calls, Instruction("store", node.name, node)]

    def lambda_(self, node: ast.Lambda) -> list[Item]:
        return self.function("<lambda>", node.args, node.body, node)
