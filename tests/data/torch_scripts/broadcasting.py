import torch

A = torch.tensor([[1., 2., 3.], [4., 5., 6.]], requires_grad=True)
v = torch.tensor([10., 20., 30.], requires_grad=True)
c = torch.tensor([[1.], [2.]], requires_grad=True)
y = A * v + c
print(y)
y.sum().backward()
print(A.grad)
print(v.grad)
print(c.grad, c.grad.shape)
print((A + 1).shape, (v[:, None] * v).shape)
try:
    A + torch.ones(2)
except RuntimeError as e:
    print(e)
