import torch
def attempt(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, str(error)[:600])
leaf = torch.tensor([1., 2.], requires_grad=True)
b = leaf * 1
b.retain_grad()
b += 1
(b * 2).sum().backward()
print(b.grad, b.retains_grad, b.grad_fn)
b = leaf * 1
b.retain_grad()
c = b * 3
b *= 2
b += 1
(b * 2 + c).sum().backward()
print(b.grad)
b = leaf * 1
b += 1
b.retain_grad()
b.mul_(5)
b.add_(1)
v = b[0]
b[0] = 7.
(b * b.detach()).sum().backward()
print(b.grad, b.retains_grad)
b = leaf * 1
b.retain_grad()
s = b.sum()
s.backward(retain_graph=True)
print(b.grad)
b += 1
print(b.grad)
s.backward()
print(b.grad)
b = leaf * 1
# view
b = leaf * 1
b.retain_grad()
v = b[:1]
v *= 4
b.sum().backward()
print(b.grad, leaf.grad)
b = leaf * 1
v = b[:1]
v.retain_grad()
v *= 4
b.sum().backward()
print(v.grad, b.grad)
b = leaf * 1
v = b[:1]
v.retain_grad()
b *= 4
(b.sum() + 2 * v.sum()).backward()
print(v.grad, b.grad)
leaf.grad = None
b = leaf * 1
b.retain_grad()
old = b * b
with torch.no_grad():
    b += 1
print(b.retains_grad, b.grad_fn)
b.sum().backward()
print(b.grad)
b = leaf * 1
b.retain_grad()
b.data = torch.tensor([5., 5.])
print(b.retains_grad)
b.sum().backward()
print(b.grad)
b = leaf * 1
b.retain_grad()
b.detach_()
print(b.requires_grad, b.grad)
b = leaf * 1
b.retain_grad()
b.copy_(torch.tensor([3., 3.]))
print(b.retains_grad, b.requires_grad)
b = leaf * 1
b.retain_grad()
b.zero_()
print(b.retains_grad, b.requires_grad, b.grad)
(b * leaf).sum().backward()
print(b.grad)
plain = torch.zeros(2)
plain += leaf
plain.retain_grad()
plain *= leaf
plain.sum().backward()
print(plain.grad, leaf.grad)
b = leaf * 1
b.retain_grad()
b.sum().backward()
b *= 2
b.grad.zero_()
print(b.grad)
for i in range(3):
    h = leaf * 1
    h.retain_grad()
    h += 1
    h.sigmoid_()
    h.sum().backward()
    print(h.grad, leaf.grad)
x = torch.tensor([1., 2.], requires_grad=True)
x.retain_grad()
with torch.no_grad():
    x += 1
(x * x).sum().backward()
print(x.grad, x.retains_grad)
