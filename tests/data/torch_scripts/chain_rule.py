import torch

x = torch.tensor(0.5, requires_grad=True)
u = torch.sin(x)
v = u ** 2
y = torch.exp(v)
for t in (u, v):
    t.retain_grad()
y.backward()
print(y)
print(f"dy/dx = {x.grad.item():.6f}")
print("dy/dv:", v.grad, " dy/du:", u.grad)
by_hand = torch.exp(torch.sin(x) ** 2) * 2 * torch.sin(x) * torch.cos(x)
print("by hand:", by_hand)
print(torch.allclose(by_hand, x.grad))
