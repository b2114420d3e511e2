import torch
def attempt(f):
    try:
        f()
    except (RuntimeError, IndexError, TypeError, ValueError) as error:
        print(type(error).__name__, error)
w = torch.tensor([1., 2., 3., 4.], requires_grad=True)
def f():
    w[0] = 1
attempt(f)
attempt(lambda: w[:2].zero_())
attempt(lambda: w.view(2, 2).zero_())
attempt(lambda: w.zero_())
x = torch.tensor([1., 2.])
attempt(lambda: x.expand(3, 2).add_(1))
attempt(lambda: x.expand(3, 2).zero_())
attempt(lambda: x.expand(3, 2).fill_(2))
def g():
    x.expand(3, 2)[0] = 1
    print(x)
attempt(g)
def h():
    x.expand(3, 2)[:, 0] = 1
    print(x)
attempt(h)
def hh():
    x.expand(3, 2)[:, 0] = torch.tensor([1.,2.,3.])
    print(x)
m = torch.tensor([[1., 2., 3.], [4., 5., 6.]])
attempt(lambda: m.t().view(6))
a = w * 1
v = a[0]
v.mul_(2)
print(a, v, a.grad_fn, v.grad_fn, v.grad_fn.next_functions[0][0])
b = w * 2
for r in b:
    attempt(lambda: r.mul_(2))
    break
with torch.no_grad():
    n = w[0]
def k():
    n.mul_(2)
    print(w, n, n.requires_grad)
attempt(k)
with torch.no_grad():
    u = b[0]
attempt(lambda: u.mul_(2))
c = w * 3
d = c[:2]
c.mul_(2)
print(d, d.grad_fn)
with torch.no_grad():
    d.mul_(10)
print(c, d)
e = w * 1
e[1] = 7
print(e)
e[2] = w[0] * 5
print(e)
e.sum().backward()
print(w.grad)
q = w * w
s = q[0] * q[1]
q[0] = 3
attempt(lambda: s.backward())
w.grad[0].zero_()
print(w.grad)
z = torch.zeros(3)
y = z[1:]
y.add_(1)
print(z._version, y._version, z[0]._version)
z.data[0] = 5
print(z._version, z, y)
l = torch.zeros(2)
lv = l[0]
l.requires_grad_()
j = m[0]
m.data = torch.zeros(2, 3)
print(j, m)
print(z.clone()[0].is_leaf)
p = torch.arange(6).view(2, 3)
o = p.t().reshape(6)
o[0] = 100
print(p)
o = p.t().contiguous()
o[0, 0] = 9
print(p, p.contiguous() is p)
p[:, 1] = torch.tensor([7, 8])
p[0] += 1
p[1, 2] *= 5
p[p > 8] = 0
print(p)
i = p[0]
i[1] = 77
p[0][2] = 78
print(p, i)
i += 1
print(p)
