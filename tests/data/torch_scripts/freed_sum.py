import torch

x = torch.tensor([2.0, 3.0], requires_grad=True)
y = (x + 1).sum()
y.backward()
y.backward()
print(x.grad)
z = (2 * x).sum()
z.backward()
try:
    z.backward()
except RuntimeError as error:
    print(str(error)[:60])
print(x.grad)
