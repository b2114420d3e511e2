import torch
x = torch.tensor([1., 2.], requires_grad=True)
y = x * 2
y.mul_(x)
y.sum().backward()
print(x.grad)
z = torch.tensor([1., 2.], requires_grad=True)
y = z * 2
y *= y
try:
    y.sum().backward()
except RuntimeError as error:
    print(error)
print(z.grad)
z.grad = None
y = z * 2
y.pow_(2)
y.sum().backward()
print(z.grad)
y = z * 2
y.sin_()
y.sum().backward()
print(z.grad)
y = z * 2
y /= z
y.sum().backward()
print(z.grad)
y = z * 2
y.exp_()
y.sum().backward()
print(z.grad)
