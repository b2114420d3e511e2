"""What each expression of a script expands to."""

from __future__ import annotations

import ast
import builtins as python_builtins

from gradcli.emulation.python.code import Arity, Instruction, Label
from gradcli.emulation.python.expansion import Expansion, Item
from gradcli.emulation.python.subset import BINARY, COMPARE, UNARY


class Expressions(Expansion):
    """The expansions of expressions."""

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
        names = tuple([keyword.arg or "" for keyword in node.keywords])
        arity = Arity(tuple(isinstance(argument, ast.Starred) for argument in node.args), names)
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

    def set_(self, node: ast.Set | ast.SetComp) -> list[Item]:
        inside = ast.ListComp(node.elt, node.generators) if isinstance(node, ast.SetComp) else ast.List(node.elts, ast.Load())
        return [ast.copy_location(inside, node), Instruction("set", None, node)]

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
        once = [Instruction("iterate", None, node)] if isinstance(node, ast.GeneratorExp) else []
        return [*items, *closing, Instruction("close scope", None, node), *once]

    def walrus(self, node: ast.NamedExpr) -> list[Item]:
        return [node.value, Instruction("copy", None, node), *self.store(node.target)]
