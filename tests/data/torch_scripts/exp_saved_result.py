import torch

x = torch.tensor([0.5], requires_grad=True)
for f in (torch.exp, torch.tanh, torch.sigmoid, torch.sqrt, torch.sin, torch.log, torch.relu, torch.abs, torch.square, torch.neg):
    y = f(x)
    y.backward()
    try:
        y.backward()
        print("again")
    except RuntimeError:
        print("freed")
for f in (lambda v: v.sum(), lambda v: v.mean(), lambda v: v + 1, lambda v: 1 - v, lambda v: v / 2, lambda v: v * 2, lambda v: v.reshape(1, 1),
          lambda v: v[0], lambda v: v @ v, lambda v: v.max(), lambda v: torch.stack([v, v]).sum(), lambda v: v.clone(), lambda v: v.expand(3).sum(),
          lambda v: torch.softmax(v, 0).sum(), lambda v: v.norm(), lambda v: torch.clamp(v, 0, 1), lambda v: torch.where(v > 0, v, -v), lambda v: v.T):
    y = f(x)
    y.backward(torch.ones_like(y))
    try:
        y.backward(torch.ones_like(y))
        print("again")
    except RuntimeError:
        print("freed")
