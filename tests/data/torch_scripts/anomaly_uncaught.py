import torch
torch.autograd.set_detect_anomaly(True)
x = torch.tensor(-4.0, requires_grad=True)
y = torch.where(x > 0, torch.sqrt(x), x)
y.backward()
