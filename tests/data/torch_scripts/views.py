import torch

m = torch.zeros(2, 2)
m[0][1] = 5
print(m)
m[1].fill_(3)
r = m[0]
r += 1
for row in m:
    row += 100
print(m, r)
w = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
(w * w).sum().backward()
with torch.no_grad():
    w[1].sub_(w.grad[1])
    w[0] -= 0.5 * w.grad[0]
w.grad[0].zero_()
print(w, w.grad)
g = w.grad[1]
(w * 2).sum().backward()
print(g, w.grad)
n = torch.arange(6.0)
k = n.view(2, 3)
k[0] = 1
f = n.reshape(3, 2)
f[0] = 50
n.unsqueeze(0)[0, 5] = 7
print(n, k, f)
m = torch.arange(6.0).view(2, 3)
m.t()[0, 1] = 30
m.T[2, 0] = 20
m[:, 1].mul_(10)
m.transpose(0, 1)[1] -= 1
m.permute(1, 0).unsqueeze(1).squeeze()[0] += 0.5
print(m)
v = m[:1]
e = v.expand(4, 3)
m.add_(1)
print(v, e)
d = m.detach()
d[0, 0] = -1
m.data[0, 1] = -2
print(m, d, m._version)
a = n.numpy()
b = a[1:3]
n.add_(1)
print(a, b)
c = n.clone()
n[0] = 1000
print(c, a[0])
m.t().reshape(6)[0] = 12345
m.t().contiguous()[0] = 12345
m.flatten()[1] = 54321
m.ravel()[2] = 1
print(m, m.t().is_contiguous(), m.is_contiguous())
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * 2
y[0] = x[1] * x[2]
y[1:].mul_(x[:2])
s = y.view(3, 1)
s[2] *= 2
print(y, s)
y.sum().backward()
print(x.grad)
out = torch.zeros(3)
for i in range(3):
    out[i] = x[i] ** 2
print(out)
x.grad = None
out.sum().backward()
print(x.grad)
z = x.exp()
u = z[0]
z.mul_(2)
try:
    z.sum().backward()
except RuntimeError as error:
    print(type(error).__name__, error)
h = torch.zeros(2, 2)
p = h[0].requires_grad_()
(p * 3).sum().backward()
print(p.grad, h.requires_grad)
q = torch.ones(3)
q_ = q.detach().requires_grad_()
(q_ * 2).sum().backward()
with torch.no_grad():
    q_ -= 0.25 * q_.grad
print(q, q_, q_.is_leaf)
i = torch.arange(4)
j = i[::2]
j += 10
i[1:3] = torch.tensor([8, 9])
print(i, j, j.shape)
l = torch.zeros(2, 2, 2)
l[..., 0] = 1
l[None][0, 1] += 2
l[:, :, 1][0][1] = 7
print(l)
bools = torch.tensor([True, False])
bools[0:1] = False
print(bools)
o = torch.ones(2, requires_grad=True)
o.data = o.data * 3
ov = o[0]
o.data[0] = 8
print(o, ov)
