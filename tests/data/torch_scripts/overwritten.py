import torch
def attempt(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, str(error)[:600])
leaf = torch.tensor([1., 2.], requires_grad=True)
b = leaf * 1
b.zero_()
print(b, b.grad_fn.next_functions)
b = leaf * 1
b.fill_(3)
print(b, b.grad_fn.next_functions)
b = leaf * 1
b.fill_(leaf[0])
print(b, b.grad_fn.next_functions)
b.sum().backward()
print(leaf.grad)
b = leaf * 1
b.copy_(leaf)
print(b, b.grad_fn.next_functions)
b = leaf * 1
b.copy_(torch.tensor([1., 1.]))
print(b, b.grad_fn.next_functions)
b = torch.tensor([1., 1.])
b.copy_(leaf)
print(b, b.grad_fn.next_functions)
b = leaf * 1
b[0] = 5.
print(b, b.grad_fn)
b.sum().backward()
print(leaf.grad)
b = torch.tensor([1., 1.])
b.fill_(leaf[1])
print(b)
x = torch.tensor([1., 2.], requires_grad=True)
attempt(lambda: x.detach_())
y = x * 1
x.requires_grad_()
y = x[:1]
attempt(lambda: y.detach_())
b = x * 2
v = b[:1]
attempt(lambda: b.detach_())
print(v.requires_grad, v)
b = x * 2
b.masked_fill_(b > 3, 0.)
print(b)
b.sum().backward()
print(x.grad)
b = x * 2
with torch.no_grad():
    b.zero_()
print(b)
b.sum().backward()
print(x.grad)
