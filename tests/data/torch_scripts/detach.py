import torch

x = torch.tensor([3.0], requires_grad=True)
y = x ** 2
d = y.detach()
print(d, d.requires_grad, d.is_leaf, d.grad_fn)
z = d * x
z.backward()
print(x.grad)
d += 1
print(y, d)
print(x.detach().numpy(), x.data)
try:
    x.numpy()
except RuntimeError as e:
    print(e)
