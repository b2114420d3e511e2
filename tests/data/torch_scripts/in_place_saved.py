import torch

a = torch.tensor([1.0, 2.0], requires_grad=True)
b = a.exp()
c = b * 2
b.add_(1)
c.sum().backward()
print(a.grad)
a.grad = None
b = a.exp()
c = (b ** 2).sum()
with torch.no_grad():
    b *= 3
print(b)
c.backward()
