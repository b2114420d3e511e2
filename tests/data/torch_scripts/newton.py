import torch

def newton(f, x0, tol=1e-6, max_iter=50):
    x = torch.tensor(x0, requires_grad=True, dtype=torch.float64)
    n = 0
    while n < max_iter:
        y = f(x)
        if abs(y.item()) < tol:
            break
        (d,) = torch.autograd.grad(y, x)
        x = (x - y / d).detach().requires_grad_()
        n += 1
    return x.item(), n

root, steps = newton(lambda x: x ** 2 - 2, 1.0)
print(f"{root:.10f} after {steps} steps")
root, steps = newton(lambda x: torch.cos(x) - x, x0=0.5)
print(f"{root:.10f} after {steps} steps")
