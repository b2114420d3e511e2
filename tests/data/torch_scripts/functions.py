import torch

w = torch.tensor([1.], requires_grad=True)
x = torch.tensor([2.])
a = w + x
b = w + 1
y = a * b
print(y.grad_fn)
print(y.grad_fn.next_functions)
print(y.grad_fn.next_functions[0][0].next_functions)
print(y.grad_fn.next_functions[1][0].next_functions)
print(y.grad_fn.name(), type(y.grad_fn), type(y))
print(a.grad_fn.next_functions[0][0].variable is w)
print(x.grad_fn, w.grad_fn)

def walk(fn, depth=0):
    if fn is None:
        return
    print("  " * depth + fn.name())
    for nxt, _ in fn.next_functions:
        walk(nxt, depth + 1)

walk(((1 - y) / 3).exp().grad_fn)
walk(torch.sigmoid(1 / w - w ** 2).sum().grad_fn)
