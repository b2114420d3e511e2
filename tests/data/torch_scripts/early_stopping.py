import copy
import torch
from torch import nn
torch.manual_seed(10)
X = torch.linspace(-1, 1, 20).unsqueeze(1)
Y = X ** 3 - 0.5 * X + 0.05 * torch.randn(20, 1)
train, val = (X[::2], Y[::2]), (X[1::2], Y[1::2])
net = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
opt = torch.optim.Adam(net.parameters(), lr=0.05)
sched = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, patience=3, factor=0.5)
best, best_state, wait = float("inf"), None, 0
for epoch in range(60):
    net.train()
    opt.zero_grad()
    loss = nn.functional.mse_loss(net(train[0]), train[1])
    loss.backward()
    opt.step()
    net.eval()
    with torch.no_grad():
        v = nn.functional.mse_loss(net(val[0]), val[1]).item()
    sched.step(v)
    if v < best - 1e-5:
        best, best_state, wait = v, copy.deepcopy(net.state_dict()), 0
    else:
        wait += 1
        if wait >= 15:
            print("stopped at", epoch)
            break
net.load_state_dict(best_state)
print(f"{best:.4f}", opt.param_groups[0]["lr"])
torch.save(best_state, "best.pt")
print(sorted(torch.load("best.pt").keys()))
