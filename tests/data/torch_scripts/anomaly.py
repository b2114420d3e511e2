import torch
def attempt(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, str(error)[:600])
torch.autograd.set_detect_anomaly(True)
x = torch.tensor(-4.0, requires_grad=True)
def masked():
    y = torch.where(x > 0, torch.sqrt(x), x)
    y.backward()
    return x.grad
attempt(masked)
x = torch.tensor([0.0, 1.0], requires_grad=True)
attempt(lambda: (x / x).sum().backward())
attempt(lambda: (x ** x * 0).sum().backward())
attempt(lambda: (1 / x - 1 / x).sum().backward())
attempt(lambda: (x.log() * x).sum().backward())
attempt(lambda: (x * x.log()).sum().backward())
attempt(lambda: torch.atan2(x * 0, x * 0).sum().backward())
attempt(lambda: x.norm().backward())
attempt(lambda: (x * 0).norm().backward())
attempt(lambda: x.sum().backward(torch.tensor(float('nan'))))
attempt(lambda: torch.autograd.grad((x * float('nan')).sum(), x))
attempt(lambda: torch.autograd.grad((float('nan') * x).sum(), x))
attempt(lambda: torch.autograd.grad((x * torch.tensor(float('nan'))).sum(), x))
attempt(lambda: torch.autograd.grad((x - x).sqrt().sum(), x))
attempt(lambda: torch.autograd.grad(((x - x).sqrt() * 0).sum(), x))
torch.autograd.set_detect_anomaly(True, check_nan=False)
attempt(lambda: torch.autograd.grad(((x - x).sqrt() * 0).sum(), x))
torch.autograd.set_detect_anomaly(False)
attempt(lambda: torch.autograd.grad(((x - x).sqrt() * 0).sum(), x))
with torch.autograd.set_detect_anomaly(True):
    attempt(lambda: torch.autograd.grad(((x - x).sqrt() * 0).sum(), x))
attempt(lambda: torch.autograd.grad(((x - x).sqrt() * 0).sum(), x))
with torch.autograd.detect_anomaly():
    attempt(lambda: torch.autograd.grad(((x - x).sqrt() * 0).sum(), x))
with torch.autograd.detect_anomaly(check_nan=False):
    attempt(lambda: torch.autograd.grad(((x - x).sqrt() * 0).sum(), x))
attempt(lambda: torch.autograd.grad(((x - x).sqrt() * 0).sum(), x))
