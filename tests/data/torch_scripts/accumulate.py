import torch

w = torch.tensor([1.0], requires_grad=True)
for i in range(3):
    y = w * 3
    y.backward()
    print(i, w.grad)
w.grad.zero_()
print(w.grad)
y = w * 3
y.backward(retain_graph=True)
y.backward()
print(w.grad)
w.grad = None
print(w.grad)
g = torch.autograd.grad(w ** 2, w)
print(g, w.grad)
