import torch
w = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)
b = torch.zeros(2, requires_grad=True)
x = torch.tensor([[1., 0.], [0., 1.], [1., 1.]])
for step in range(3):
    y = x @ w.t() + b
    loss = (y ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in (w, b):
            p -= 0.1 * p.grad
            p.grad.zero_()
    print(round(loss.item(), 3))
print(w, b)
a = torch.arange(12.).reshape(3, 4)
a[1:, ::2] = 0
a[0][1:3] += 5
c = a.view(-1)[::3]
c *= 2
print(a, c)
h = torch.zeros(3, 2)
hs = []
s = torch.zeros(2)
W = torch.tensor([[.5, .1], [.2, .3]], requires_grad=True)
for t in range(3):
    s = torch.tanh(W @ s + x[t])
    h[t] = s
h.sum().backward()
print(W.grad, h)
m = torch.eye(3)
m[0, 1], m[1, 0] = m[1, 1], m[2, 2]
m[0], m[1] = m[1].clone(), m[0].clone()
print(m)
u, v = torch.tensor([[1., 2.], [3., 4.]])
u *= 3
print(u, v)
k = torch.ones(2, 3)
l = k.sum(0, keepdim=True).expand(2, 3)
print(k + l)
k.copy_(torch.arange(3.))
k[1].copy_(torch.zeros(3))
k.clamp_(0, 1)
k[0].add_(k[0])
k.t()[1].neg_()
print(k)
q = torch.tensor([1., 2., 3.], requires_grad=True)
r = q * 1
r[1:] = r[:2] * 2
r.prod().backward()
print(q.grad, r)
z = torch.tensor([1., 2., 3.], requires_grad=True)
zz = z.clone()
zz[zz > 1.5] if True else 0
f = zz.view(3, 1).squeeze(1)
f[0] = zz[2] * 2
(zz * zz).sum().backward()
print(z.grad)
d = torch.tensor([1., 2.])
e = d.unsqueeze(0).unsqueeze(-1)
e += 1
print(d, e.shape, e._version, d._version)
o = torch.tensor([[1, 2], [3, 4]])
o[o > 2] = 0
o[[0]] = torch.tensor([9, 9])
print(o, o[0].tolist(), o.numpy())
g = torch.tensor(5.)
gv = g.view(1)
gv[0] = 6
print(g, gv)
g += 1
print(gv, g.detach().fill_(3), g)
class_ = torch.zeros(2, 2)
class_.fill_(4)[0].zero_()
print(class_, class_.T.T[0], class_[None, 0, :, None].shape)
total = torch.zeros(2)
try:
    total[0] = 1e39
except RuntimeError as error:
    print(error)
total[0:1] = torch.tensor([1e39], dtype=torch.float64)
print(total)
big = torch.zeros(1000, 1000)
row = big[3]
for step in range(6):
    big += 1
    row += big[2]
    other = big * 2
print(row[0], big[3, 5], big[2, 0], other[3, 3])
