import torch

def f(x):
    if x.sum() > 0:
        return x * 2
    else:
        return x ** 2

for v in ([1.0, 2.0], [-3.0, 1.0]):
    x = torch.tensor(v, requires_grad=True)
    y = f(x).sum()
    y.backward()
    print(v, y.item(), x.grad)

x = torch.tensor(3.0, requires_grad=True)
y = x
while y < 100:
    y = y * x
print(y, y.grad_fn)
y.backward()
print(x.grad)
total = 0
for i, t in enumerate(torch.tensor([1., 2., 3.])):
    total = total + t * i
print(total, sum([1, 2, 3]), max(torch.tensor(2.), torch.tensor(3.)))
