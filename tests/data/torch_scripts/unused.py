import torch

x = torch.tensor(1.0, requires_grad=True)
z = torch.tensor(2.0, requires_grad=True)
y = x * 3
print(torch.autograd.grad(y, [x, z], allow_unused=True, retain_graph=True))
y.backward(retain_graph=True)
print(x.grad, z.grad)
y.backward(inputs=[x], retain_graph=True)
print(x.grad)
torch.autograd.grad(y, z)
