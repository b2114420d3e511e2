import torch
from torch.func import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, vjp, vmap


def f(x):
    return (x**3).sum()


x = torch.tensor([1.0, 2.0, 3.0])
print(grad(f)(x), grad_and_value(f)(x))
print(grad(grad(lambda t: t**4))(torch.tensor(2.0)), grad(torch.sin)(torch.tensor(0.0)))
print(grad(lambda w, b: (w * b).sum(), argnums=(0, 1))(x, x + 1), grad(lambda w, b: (w * w * b).sum(), argnums=1)(x, x))
print(jacrev(lambda v: v**2)(x))
print(jacfwd(lambda v: v.flip(0) * v)(x))
print(hessian(f)(x))
value, pull = vjp(lambda v: v * v, x)
print(value, pull(torch.ones(3)))
print(jvp(lambda v: v * v, (x,), (torch.tensor([1.0, 0.0, 2.0]),)))
print(vmap(lambda v: v * v)(x), torch.vmap(torch.dot)(torch.ones(2, 3), torch.arange(6.0).reshape(2, 3)))


def loss(w, a, t):
    return ((w * a).sum() - t) ** 2


w = torch.tensor([0.5, -1.0])
A, t = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1.0, 0.0])
print(vmap(grad(loss), in_dims=(None, 0, 0))(w, A, t))
w.requires_grad_()
(grad(lambda v: (v**3).sum())(w)).sum().backward()
print(w.grad)
y = A * w
print(torch.autograd.grad(y, w, torch.eye(4).reshape(4, 2, 2), is_grads_batched=True))
