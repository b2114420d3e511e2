import torch
from torch import nn


def network():
    return nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 3, bias=False), nn.BatchNorm1d(3), nn.Tanh(), nn.Linear(3, 1))


def trained(model, opt, steps):
    for _ in range(steps):
        opt.zero_grad()
        loss = model(x).pow(2).mean()
        loss.backward()
        opt.step()
    return f"{loss.item():.4f}"


torch.manual_seed(2)
model = network()
opt = torch.optim.Adam(model.parameters(), lr=0.1)
x = torch.randn(6, 2)
print(trained(model, opt, 3))
PATH = "checkpoint.pt"
torch.save({"epoch": 3, "model": model.state_dict(), "optimizer": opt.state_dict()}, PATH)
with torch.no_grad():
    for p in model.parameters():
        p.zero_()
other = network()
opt = torch.optim.Adam(other.parameters(), lr=1.0)
saved = torch.load(PATH, weights_only=True)
print(other.load_state_dict(saved["model"]))
opt.load_state_dict(saved["optimizer"])
print(saved["epoch"], opt.param_groups[0]["lr"], trained(other, opt, 2))
print(list(opt.state_dict()["state"].keys()), opt.state[other[5].bias]["step"])
print([name for name, _ in other.named_buffers()], other[3].num_batches_tracked)
try:
    opt.load_state_dict(torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1).state_dict())
except ValueError as e:
    print(e)
try:
    torch.load("none.pt")
except FileNotFoundError as e:
    print(e)
