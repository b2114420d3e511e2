import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * x
y.retain_grad()
z = y.sum()
z.retain_grad()
z.backward()
print(x.grad, y.grad, z.grad)
print(y.retains_grad, x.retains_grad)
t = torch.tensor([1.0])
try:
    t.retain_grad()
except RuntimeError as e:
    print("RuntimeError:", e)
