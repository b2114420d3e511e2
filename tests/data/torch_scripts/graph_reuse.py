import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * x
a = y.sum()
b = (y * 3).sum()
a.backward(retain_graph=True)
print(x.grad)
b.backward()
print(x.grad)
z = (x.detach() * x).sum()
z.backward()
print(x.grad)
