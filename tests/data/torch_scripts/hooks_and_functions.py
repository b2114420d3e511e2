import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 3
y.register_hook(lambda grad: print("grad of y:", grad))
handle = x.register_hook(lambda grad: grad * 10)
(y**2).sum().backward()
print(x.grad)
handle.remove()
x.grad = None
(x**2).sum().backward()
print(x.grad)
try:
    torch.ones(2).register_hook(print)
except RuntimeError as error:
    print(error)


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.save_for_backward(x)
        ctx.scale = scale
        print(ctx.needs_input_grad)
        return scale * x**3

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * 3 * ctx.scale * x**2, None


x = torch.tensor([1.0, -2.0], requires_grad=True)
y = Cube.apply(x, 2.0)
print(y)
(g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
print(g)
print(torch.autograd.grad(g.sum(), x))
y = Cube.apply(x, 1.0)
y.sum().backward()
try:
    y.sum().backward()
except RuntimeError as error:
    print(str(error)[:60])


class Parts(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        return a + b, a - b

    @staticmethod
    def backward(ctx, s, d):
        print("called with", s, d)
        return s + d, s - d


a = torch.tensor(3.0, requires_grad=True)
b = torch.tensor(4.0, requires_grad=True)
s, d = Parts.apply(a, b)
print(s, d)
d.backward()
print(a.grad, b.grad)
s, d = Parts.apply(a, b)
(s * d).backward()
print(a.grad, b.grad)


class Wrong(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        return a * b

    @staticmethod
    def backward(ctx, g):
        return g


try:
    Wrong.apply(a, b).backward()
except RuntimeError as error:
    print(error)
print(torch.nn.Linear(1, 1).weight.shape, s.grad_fn)


@torch.no_grad()
def change(w):
    w += 1
    return w * 2


print(change(a), a.requires_grad)
Wrong.apply(torch.ones(1), torch.ones(1))
with torch.no_grad():
    print(Cube.apply(a, 1.0))
