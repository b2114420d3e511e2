import torch

x = torch.tensor(3.0, requires_grad=True)
w = torch.tensor(7.0, requires_grad=True)
for f in (
    lambda x: x / w,
    lambda x: w / x,
    torch.log,
    torch.sqrt,
    torch.log1p,
    torch.atan,
    torch.sin,
    torch.exp,
    lambda x: x**3,
    lambda x: (x * w) / 5,
    lambda x: 1 / x,
):
    (first,) = torch.autograd.grad(f(x), x, create_graph=True)
    (second,) = torch.autograd.grad(first, x, allow_unused=True) if first.requires_grad and first.grad_fn else (None,)
    print(first, second)
