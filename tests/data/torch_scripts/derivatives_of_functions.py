import torch
from torch.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp


def f(x):
    return x**2 + x.prod()


def g(x, y):
    return (x * y).sum() * x


def h(x):
    return (x**3).sum() + x[0] * x[1]


x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
print(jacobian(f, x), jacobian(g, (x, y)), jacobian(lambda x: (x.sum(), x), x))
print(hessian(h, x), hessian(lambda x, y: (x * y**2).sum(), (x, y)))
v = torch.tensor([1.0, -1.0])
print(vjp(f, x, v), jvp(f, x, v), hvp(h, x, v), vhp(h, x, v))
print(jacobian(lambda x: torch.ones(2), x), jacobian(f, x.requires_grad_(True), create_graph=True))
for call in (lambda: hessian(f, x), lambda: vjp(f, x), lambda: jvp(f, x, torch.ones(3)), lambda: jacobian(lambda x: 1, x)):
    try:
        call()
    except (RuntimeError, TypeError) as error:
        print(error)
d = torch.tensor([0.5, -0.3], dtype=torch.double, requires_grad=True)
print(torch.autograd.gradcheck(lambda x: torch.exp(x) * x, (d,)))


class Wrong(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return g * 3


print(torch.autograd.gradcheck(Wrong.apply, (d,), raise_exception=False))
w = torch.tensor([1.0], requires_grad=True)
for make in (
    lambda o: torch.optim.lr_scheduler.StepLR(o, step_size=2, gamma=0.5),
    lambda o: torch.optim.lr_scheduler.ExponentialLR(o, gamma=0.9),
    lambda o: torch.optim.lr_scheduler.MultiStepLR(o, milestones=[1, 3], gamma=0.1),
    lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=3),
    lambda o: torch.optim.lr_scheduler.LambdaLR(o, lr_lambda=lambda epoch: 0.95**epoch),
):
    optimizer = torch.optim.SGD([w], lr=0.1)
    schedule = make(optimizer)
    rates = []
    for _ in range(5):
        optimizer.step()
        schedule.step()
        rates.append(schedule.get_last_lr()[0])
    print(rates, optimizer)
