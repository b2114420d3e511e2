"""Scripts that are up to no good, or out of hand: an error at once, nothing executed, no memory filled."""

from __future__ import annotations

import resource
import time

import pytest

from gradcli.emulation.torch.run_torch import run_torch
from gradcli.errors import ExitCode, GradcliError

HOSTILE = {
    "shared lists": (
        "l = []\nfor i in range(45):\n    l = [l, l]\nstr(l)",
        "a text would have more than 1,000,000 characters",
        4,
    ),
    "equal lists": (
        "a = []\nb = []\nfor i in range(45):\n    a = [a, a]\n    b = [b, b]\na == b",
        "the script was stopped after 200,000 steps",
        4,
    ),
    "tuple as a key": ("t = ()\nfor i in range(45):\n    t = (t, t)\n{t: 1}", "the script was stopped after 200,000 steps", 4),
    "search in a range": ("print(1 / (10**11 - 0.5 in range(10**12)))", "ZeroDivisionError: division by zero", 2),
    "tensor in a range": ("import torch\ntorch.tensor(0.5) in range(10**12)", "the script was stopped after 200,000 steps", 4),
    "count in a range": ("range(10**12).count(0.5)", "count of a range looks for whole numbers here", 2),
    "list of a long range": ("list(range(10**30))", "a list or text would have more than 1,000,000 elements", 4),
    "sum of a range": ("sum(range(10**12))", "the script was stopped after 200,000 steps", 4),
    "large products": (
        "import torch\na = torch.ones(3000, 3000)\nwhile True:\n    b = a @ a",
        "the script was stopped after 200,000 steps",
        4,
    ),
    **{
        f"much work in one step: {step}": (f"{made}\nwhile True:\n    {step}", "the script was stopped after 200,000 steps", 4)
        for made, step in (
            ("a = 'a' * 10**6", "a[::-1]"),
            ("a = [0] * 10**6", "a[:]"),
            ("a = [0] * 10**6", "del a[0]"),
            ("a = {i: i for i in range(10**4)}", "dict(a)"),
            ("a = set(range(10**5))", "a - a"),
            ("a = set(range(10**5))", "a | a"),
            ("a = '1' * 3999", "int(a)"),
            ("import numpy\na = numpy.ones(10**6)", "a.sum()"),
            ("import torch\na = torch.ones(10**6)", "torch.equal(a, a)"),
        )
    },
    "modules in modules": (
        "import torch\nm = torch.nn.Sequential()\nfor i in range(6000):\n    m = torch.nn.Sequential(m)\n1 / 0",
        "ZeroDivisionError: division by zero",
        2,
    ),
    **{
        f"large {made}": (f"import torch\ntorch.{made}", "a tensor would have more than 10,000,000 elements", 4)
        for made in (
            "nn.Linear(10001, 1000)",
            "nn.Embedding(10001, 1000)",
            "nn.Conv2d(1000, 100, 11)",
            "tensor([10**7]).bincount()",
        )
    },
    "views of views": (
        "import torch\nx = torch.ones(2)\ny = x\nfor i in range(3000):\n    y = y.view(2)\nx += 1\nprint(1 / (y[0] - 2).item())",
        "ZeroDivisionError: float division by zero",
        2,
    ),
    # name: script, beginning of the message, exit code
    "import os": ("import os\nos.system('touch /tmp/hostile')", "the module os is not known here", 2),
    "import sys": ("import torch\nimport sys", "the module sys is not known here", 2),
    "import from": ("from subprocess import run", "the module subprocess is not known here", 2),
    "import inside": ("def f():\n    import os\n", "the module os is not known here", 2),
    "relative import": ("from . import gradcli", "the module . is not known here", 2),
    "star": ("from torch import *", "import * is not known here", 2),
    "__import__": ("__import__('os').system('true')", "__import__ is not known here", 2),
    "open": ("print('before')\nopen('/etc/passwd')", "open is not known here", 2),
    "eval": ("eval('1')", "eval is not known here", 2),
    "exec": ("exec('1')", "exec is not known here", 2),
    "getattr": ("getattr(1, '__bases__')", "__bases__ is not known here", 2),
    "getattr of the machine": (
        "getattr((v for v in [1]), 'gi_frame')",
        "AttributeError: 'list_iterator' object has no attribute",
        2,
    ),
    "setattr": ("def f(): pass\nsetattr(f, '__code__', 1)", "AttributeError: 'function' object has no attribute", 2),
    "frames of a generator": ("def f():\n    yield 1\nf().gi_frame", "the method gi_frame of generator is not known here", 2),
    "endless generator": ("def f():\n    while True: yield 1\nlist(f())", "the script was stopped after 200,000 steps", 4),
    "generators in each other": (
        "def f(n):\n    yield from f(n + 1)\nlist(f(0))",
        "calls lie more than 16 deep in functions that call them",
        4,
    ),
    "many choices": ("import random\nrandom.choices([1], k=10**12)", "a list or text would have more than 1,000,000", 4),
    "globals": ("globals()['x']", "globals is not known here", 2),
    "class": ("().__class__.__bases__", "__bases__ is not known here", 2),
    "subclasses": ("x = ''.__class__", "the method __class__ of str is not known here", 2),
    "subclasses of a class": ("class A:\n    pass\nA.__subclasses__()", "__subclasses__ is not known here", 2),
    "format field": ("print('{0.__class__}'.format(1))", "the field {0.__class__} is not known here", 2),
    "several bases": ("class A:\n    pass\nclass B(A, object):\n    pass", "a class that derives from several is not known", 2),
    "class of whole numbers": ("class A(int):\n    pass", "a class that derives from int is not known here", 2),
    "endless operator": (
        "class A:\n    def __add__(self, b):\n        return self + b\nA() + 1",
        "calls lie more than 16 deep in functions that call them",
        4,
    ),
    "endless constructor": ("class A:\n    def __init__(self):\n        A()\nA()", "RecursionError: maximum recursion", 2),
    "module in itself": (
        "from torch import nn\nm = nn.Sequential()\nm.append = 1\nm.m = m\nm(1)",
        "calls lie more than 16 deep in functions that call them",
        4,
    ),
    "nested modules": (
        "from torch import nn\nm = nn.ReLU()\nfor i in range(800):\n    m = nn.Sequential(m)\nrepr(m)",
        "the script was stopped after 200,000 steps",
        4,
    ),
    "random numbers": ("import torch\ntorch.randn(10**6, 10**6)", "a tensor would have more than 10,000,000 elements", 4),
    "torch.load": ("import torch\ntorch.load('x')", "FileNotFoundError: ", 2),
    "torch.hub": ("import torch\ntorch.hub.load('x')", "torch.hub: ", 2),
    "dunder of a tensor": ("import torch\ntorch.tensor(1.).__reduce__()", "__reduce__ is not known here", 2),
    "machinery of the interpreter": (
        "import torch\ntorch.tensor(1.).session",
        "AttributeError: 'Tensor' object has no attribute",
        2,
    ),
    "names of the module": ("import torch\ntorch.names", "torch.names is not known here", 2),
    "endless": ("while True: pass", "the script was stopped after", 4),
    "long loop": ("for i in range(10**18):\n    pass", "the script was stopped after", 4),
    "long list": ("x = list(range(10**12))", "a list or text would have more than", 4),
    "long sum": ("print(sum(range(10**18)))", "the script was stopped after", 4),
    "tower": ("10**10**10", "a whole number would have more than", 4),
    "squares": ("x = 9\nwhile True:\n    x = x * x", "a whole number would have more than", 4),
    "long text": ("'a' * 10**10", "a list or text would have more than", 4),
    "doubled text": ("x = 'a'\nwhile True:\n    x += x", "a list or text would have more than", 4),
    "doubled list": ("x = [0]\nwhile True:\n    x += x", "a list or text would have more than", 4),
    "replaced": ("x = 'a'\nwhile True:\n    x = x.replace('a', 'aaaaaaaaaa')", "a list or text would have more than", 4),
    "many texts": ("x = []\nwhile True:\n    x.append('a' * 1000000)", "the script was stopped after", 4),
    "width": ("print(f'{1:1000000000d}')", "a format asks for more than", 4),
    "width by name": ("n = 10**9\nprint(f'{1:{n}d}')", "a format asks for more than", 4),
    "percent width": ("print('%1000000000d' % 1)", "a format asks for more than", 4),
    "star width": ("print('%*d' % (10**9, 1))", "a format asks for more than", 4),
    "format width": ("print('{:>1000000000}'.format(1))", "a format asks for more than", 4),
    "justified": ("'a'.ljust(10**10)", "a list or text would have more than", 4),
    "factorial": ("import math\nmath.factorial(10**9)", "a list or text would have more than", 4),
    "recursion": ("def f(n):\n    return f(n + 1)\nf(0)", "RecursionError: maximum recursion depth exceeded", 2),
    "parentheses": ("(" * 5000 + ")" * 5000, "the script nests its parts too deeply", 2),
    "operators": ("+".join(["1"] * 100_000), "the script nests its parts too deeply", 2),
    "attributes": ("x" + ".a" * 100_000, "the script nests its parts too deeply", 2),
    "signs": ("-" * 100_000 + "1", "the script nests its parts too deeply", 2),
    "deep list": ("x = []\nfor i in range(10000):\n    x = [x]\nprint(x)", "lists lie more than 50 deep", 4),
    "list in itself": ("x = []\nx.append(x)\nprint(x)", "lists lie more than 50 deep", 4),
    "deep comparison": ("x = []\ny = []\nfor i in range(10000):\n    x = [x]\n    y = [y]\nx == y", "RecursionError", 2),
    "large tensor": ("import torch\ntorch.zeros(10**6, 10**6)", "a tensor would have more than", 4),
    "large range": ("import torch\ntorch.arange(10**15)", "a tensor would have more than", 4),
    "large outer": ("import torch\nx = torch.ones(100000)\ntorch.outer(x, x)", "an array of shape (100000, 100000)", 4),
    "large broadcast": ("import torch\nx = torch.ones(100000)\nx[:, None] * x", "an array of shape (100000, 100000)", 4),
    "large expand": ("import torch\ntorch.ones(1).expand(10**10)", "an array of shape (10000000000,)", 4),
    "many tensors": (
        "import torch\nx = []\nwhile True:\n    x.append(torch.ones(1000000) * 2)",
        "all values together have more than",
        4,
    ),
    "large one_hot": (
        "import torch\nimport torch.nn.functional as F\nF.one_hot(torch.arange(100000), 100000)",
        "an array of shape",
        4,
    ),
    "no text": ("x = '\\x00'\x00", "SyntaxError: source code string cannot contain null bytes", 2),
    "syntax": ("x = = 1", "SyntaxError: invalid syntax", 2),
    "unpaired": ("print('a", "SyntaxError: unterminated string literal", 2),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_script_is_an_error_at_once(name: str) -> None:
    text, message, code = HOSTILE[name]
    pieces: list[str] = []
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(GradcliError) as caught:
        run_torch(text, "script.py", pieces.append, lambda warning: None, max_steps=200_000, max_elements=10_000_000)
    error = caught.value
    assert error.message.startswith(message)
    assert error.exit_code == ExitCode(code)
    assert pieces == []
    assert error.span is not None or "nests" in message or "no text" in message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700_000  # kilobytes
    assert time.process_time() - began < 20  # a bound against hanging, not a measurement


def test_an_exception_that_is_not_of_the_script_is_not_caught() -> None:
    with pytest.raises(GradcliError, match="the script was stopped"):
        run_torch("try:\n    while True: pass\nexcept Exception:\n    pass", "script.py", print, print, max_steps=1000)
    text = "import torch\nx = torch.ones(1, requires_grad=True)\ntry:\n    x.map_(print)\nexcept Exception:\n    pass"
    with pytest.raises(GradcliError, match="map_"):
        run_torch(text, "script.py", print, print)
