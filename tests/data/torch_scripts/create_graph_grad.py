import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x ** 3).sum()
y.backward(create_graph=True)
print(x.grad)
g = x.grad
penalty = (g ** 2).sum()
x.grad = None
penalty.backward()
print(x.grad)
