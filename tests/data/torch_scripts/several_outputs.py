import torch
def attempt(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, str(error)[:600])

x = torch.tensor([1., 2., -1.], requires_grad=True)
y = x ** 2
z = y ** 3
torch.autograd.backward([y, z], [torch.tensor([0.1, 0.5, 8.0]), torch.tensor([0.4, 1.0, 1.0])])
print(x.grad)
x.grad = None
a = (x * 2).sum(); b = (x ** 3).sum()
torch.autograd.backward([a, b])
print(x.grad)
x.grad = None
a = (x * 2).sum(); b = (x ** 3).sum()
torch.autograd.backward((a, b), (torch.tensor(2.), None))
print(x.grad)
x.grad = None
a = (x * 2).sum(); b = a ** 2
torch.autograd.backward([a, b, a])
print(x.grad)
a = (x * 2).sum(); b = (x ** 3)
attempt(lambda: torch.autograd.backward([a, b]))
attempt(lambda: torch.autograd.backward([a, b], [None]))
attempt(lambda: torch.autograd.backward([a, torch.tensor(1.)]))
attempt(lambda: torch.autograd.backward([torch.tensor(1.), a]))
attempt(lambda: torch.autograd.backward([]))
attempt(lambda: torch.autograd.backward(3))
attempt(lambda: torch.autograd.backward([3]))
attempt(lambda: torch.autograd.backward(a, 2.0))
a = (x * 2).sum(); b = (x ** 3)
attempt(lambda: torch.autograd.grad([a, b], [x], [None, torch.tensor([1., 2., 3.])]))
a = (x * 2).sum(); b = (x ** 3).sum()
attempt(lambda: torch.autograd.grad([a, b], x))
a = (x * 2).sum(); b = (x ** 3).sum()
attempt(lambda: torch.autograd.grad((a, b), (x,), create_graph=True))
attempt(lambda: torch.autograd.grad([a, b], [x], [torch.tensor(1.)]))
attempt(lambda: torch.autograd.grad([], [x]))
attempt(lambda: torch.autograd.grad([a], []))
w = torch.tensor(3., requires_grad=True)
attempt(lambda: torch.autograd.grad([a, b], [x, w]))
attempt(lambda: torch.autograd.grad([a, b], [x, w], allow_unused=True))
a = (x * 2).sum(); b = (x ** 3).sum()
attempt(lambda: torch.autograd.grad([a, b], [a, x], retain_graph=True))
attempt(lambda: torch.autograd.grad([a], [a]))
attempt(lambda: torch.autograd.grad(x, x, torch.ones(3)))
attempt(lambda: torch.autograd.grad([x, w], [x, w], [torch.ones(3), None]))
attempt(lambda: torch.autograd.backward([x.sum(), w]))
print(w.grad)
u = torch.tensor([1., 2.], requires_grad=True)
v = u * u
attempt(lambda: torch.autograd.backward([v, v], [torch.ones(2), torch.ones(2)]))
print(u.grad)
v = u * u
t = v.sum()
attempt(lambda: torch.autograd.backward([v, t], [torch.ones(2), None], inputs=[v]))
print(u.grad, v.grad)
attempt(lambda: torch.autograd.backward([t], inputs=[]))
attempt(lambda: t.backward(gradient=torch.tensor([1.])))
# seeds with a graph
s = torch.tensor(2., requires_grad=True)
q = (u * u).sum()
(g,) = torch.autograd.grad([q, q * 2], [u], [s, s * s], create_graph=True)
print(g)
g.sum().backward()
print(s.grad, u.grad)
