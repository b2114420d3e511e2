import torch

x = torch.tensor(1.0)
print(x.requires_grad)
x.requires_grad = True
y = (x * 2).detach_() if False else x * 2
print(y)
try:
    y.requires_grad = False
except RuntimeError as e:
    print(e)
try:
    torch.tensor([1, 2], requires_grad=True)
except RuntimeError as e:
    print(e)
torch.tensor(3.0).backward()
