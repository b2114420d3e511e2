import torch
def attempt(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, str(error)[:600])
x = torch.tensor([1., 2.], requires_grad=True)
y = x * 2
def flag(t, value):
    t.requires_grad = value
    return t.requires_grad
attempt(lambda: flag(y, True))
attempt(lambda: flag(y, False))
attempt(lambda: y.requires_grad_())
attempt(lambda: y.requires_grad_(True))
attempt(lambda: y.requires_grad_(False))
attempt(lambda: flag(y.detach(), True))
attempt(lambda: flag(y.detach(), False))
attempt(lambda: flag(x, False))
attempt(lambda: flag(x, True))
attempt(lambda: flag(torch.tensor([1]), True))
attempt(lambda: flag(torch.tensor([1]), False))
attempt(lambda: torch.tensor([1]).requires_grad_())
attempt(lambda: flag(x > 0, True))
attempt(lambda: flag(x.data, True))
attempt(lambda: flag(y, 1))
attempt(lambda: flag(x, 1))
attempt(lambda: flag(x, None))
attempt(lambda: y.requires_grad_(1))
v = x[0]
attempt(lambda: flag(v, True))
attempt(lambda: flag(v, False))
with torch.no_grad():
    w = x * 2
    v = x[:1]
attempt(lambda: flag(w, True))
attempt(lambda: flag(v, True))
print(w.is_leaf, v.is_leaf, v.requires_grad)
attempt(lambda: (w.sum()+v.sum()).backward())
print(w.grad, v.grad, x.grad)
def leafy(t):
    t.is_leaf = False
attempt(lambda: leafy(x))
def g(t):
    t.grad_fn = None
attempt(lambda: g(x))
def sh(t):
    t.shape = (1,)
attempt(lambda: sh(x))
attempt(lambda: x.detach().retain_grad())
attempt(lambda: x.retain_grad())
print(x.retains_grad)
z = x * 3
attempt(lambda: z.retain_grad())
print(z.retains_grad)
attempt(lambda: z.detach_())
print(z.requires_grad, z.is_leaf)
