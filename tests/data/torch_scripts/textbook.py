import torch

x = torch.arange(4.0, requires_grad=True)
print(x.grad)
y = 2 * torch.dot(x, x)
print(y)
y.backward()
print(x.grad)
print(x.grad == 4 * x)
x.grad.zero_()
y = x.sum()
y.backward()
print(x.grad)
x.grad.zero_()
y = x * x
y.backward(gradient=torch.ones(len(y)))
print(x.grad)
x.grad.zero_()
y = x * x
u = y.detach()
z = u * x
z.sum().backward()
print(x.grad == u)

def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c

a = torch.tensor(-0.37, requires_grad=True)
d = f(a)
d.backward()
print(a.grad == d / a, a.grad, d)

w = torch.tensor([1.0, 2.0], requires_grad=True)
for t in range(3):
    loss = w.pow(2).sum() + torch.sum(torch.mul(w, torch.tensor([1.0, -1.0])))
    loss.backward()
    w.data.sub_(0.1 * w.grad.data)
    w.grad.data.zero_()
    print(t, loss.item(), w)
with torch.set_grad_enabled(False):
    print((w * 2).requires_grad)
print(torch.is_grad_enabled(), w.grad_fn, (w + 1).grad_fn.next_functions)
A = torch.tensor([[2.0, 1.0], [1.0, 3.0]])
q = 0.5 * w @ A @ w - w.sum()
print(q, q.grad_fn)
g = torch.autograd.grad(q, w)[0]
print(g, A @ w - 1)
m = torch.zeros(2, 2)
m[0, 1] = 5.0
m[1] = torch.tensor([7.0, 8.0])
m[:, 0] += 1
print(m, m.tolist())
print(torch.stack((w, w)).mean(dim=0), torch.cat([w, w]).reshape(2, -1), w.unsqueeze(1) * w)
print(torch.tensor([[1, 2], [3, 4]]).float() / 3, torch.tensor([1.0, 2.0]).exp(), torch.tensor(2.0).sqrt().item())
v = torch.autograd.Variable(torch.tensor([1.0]), requires_grad=True)
print(v, v.data, v.grad, -v, v ** 0.5, 2 ** v, 1 / v, v / 2, v // 1, v % 2, abs(v), round(3.7), v > 0)
n = torch.tensor([[0.1, 0.2], [0.3, 0.4]]).numpy()
print(n, n.shape, n[0], n.sum(), [n[0]])
print(w.shape == (2,), w.shape[0], len(w), w.numel(), *w.shape, torch.Size([2]) == w.shape)
print("loss: " + str(loss.item()), "%.4f" % loss.item(), f"{loss.item():>10.3e}|{'x':<5}|{3:03d}|{True}|{None}")
