import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
with torch.no_grad():
    y = x * 2
    print(y.requires_grad, torch.is_grad_enabled())
    with torch.enable_grad():
        z = x * 3
        print(z.requires_grad)
print(y, z)
print(torch.is_grad_enabled())
y.requires_grad_()
print(y.is_leaf, y.grad_fn, y)
