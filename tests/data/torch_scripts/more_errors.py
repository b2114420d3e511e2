import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
tests = [
    lambda: torch.tensor([1.0]).backward(),
    lambda: x.sum().backward(torch.tensor([1.0, 2.0])),
    lambda: torch.autograd.grad(torch.tensor(1.0), x),
    lambda: x.item(),
    lambda: bool(x > 0),
    lambda: torch.ones(2, 3) @ torch.ones(2),
    lambda: torch.dot(torch.ones(2), torch.ones(3)),
    lambda: torch.ones(3).reshape(2, 2),
    lambda: x[0][0],
    lambda: torch.tensor([1, 2])[2],
    lambda: x.foo,
    lambda: x + "a",
    lambda: [1] + x,
    lambda: len(torch.tensor(1.0)),
    lambda: torch.zeros(2).requires_grad_().add_(1),
    lambda: torch.tensor([[1.0], [2.0, 3.0]]),
    lambda: torch.zeros(-1),
    lambda: torch.tensor([1, 2], requires_grad=True),
    lambda: int("a"),
    lambda: [][0],
    lambda: {}["k"],
    lambda: undefined,
    lambda: None + 1,
    lambda: len(5),
    lambda: (1, 2)[5],
    lambda: "a" * "b",
    lambda: float("x"),
    lambda: (lambda a: a)(),
    lambda: 5(),
    lambda: [1, 2].index(3),
    lambda: sum(["a"]),
    lambda: max([]),
    lambda: x.size(2),
]
for number, test in enumerate(tests):
    try:
        print(number, test())
    except Exception as e:
        print(number, e)
