import torch

x = torch.tensor(0.7, requires_grad=True)
f = torch.sin(x) * torch.exp(x)
d = f
for n in range(1, 5):
    d, = torch.autograd.grad(d, x, create_graph=True)
    print(n, f"{d.item():.4f}")
