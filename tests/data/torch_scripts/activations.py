import torch
import torch.nn.functional as F

x = torch.tensor([-2., -0.5, 0., 0.5, 2.], requires_grad=True)
for f in (torch.relu, torch.sigmoid, torch.tanh, F.leaky_relu, F.elu, F.softplus, F.gelu, F.silu, torch.abs, torch.sign):
    y = f(x)
    y.sum().backward()
    print(y.detach(), x.grad, y.grad_fn.name() if y.grad_fn else None)
    x.grad = None
print(torch.clamp(x, -1, 1), x.clamp(min=0), torch.where(x > 0, x, 0.1 * x), torch.maximum(x, torch.zeros(5)), sep="\n")
