import torch

x = torch.tensor([[3.0, 1.0, 2.0], [4.0, 5.0, 6.0]])
print(x.type(), torch.tensor(1).type(), torch.tensor(True).type(), x.double().type(), x.type(torch.float64).type())
print(x.shape[:1], x.shape + (1,), x.shape[0], (1,) + x.shape, x.shape * 2, x.shape[::-1], x.size()[-1:], x.shape == (2, 3))
print([x.shape], {"s": x.shape}, str(x.shape), repr(x.shape), f"{x.shape}", tuple(x.shape), list(x.shape))
try:
    x.foo
except AttributeError as e:
    print(repr(e), [e])
try:
    raise ValueError("a'b", 2)
except ValueError as e:
    print(repr(e), e)
try:
    raise KeyError("k")
except KeyError as e:
    print(repr(e), e, e.args)
try:
    1 / 0
except ZeroDivisionError as e:
    print(repr(e), e, e.args)
try:
    raise RuntimeError
except RuntimeError as e:
    print(repr(e), str(e) == "", e.args)
print(repr(ValueError("x")), ValueError(), ValueError(3))
print(sorted(torch.tensor([3.0, 1.0, 2.0])))
print(sorted([torch.tensor(3), torch.tensor(1)], reverse=True))
print(max(torch.tensor([3.0, 1.0])), min(torch.tensor(3.0), torch.tensor(1.0)), sum(torch.tensor([1, 2])))
torch.set_printoptions(precision=10)
for a, b, n in ((0, 1, 7), (-3, 3, 11), (0.1, 0.9, 10), (-1.7, 2.3, 23), (5, 1, 6), (0, 1, 1), (2, 3, 2)):
    print(torch.linspace(a, b, n))
print(torch.linspace(0, 1, 6, dtype=torch.float64), torch.linspace(0, 10, 5, dtype=torch.int64))
