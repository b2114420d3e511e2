import torch
import math
dtype = torch.float
x = torch.linspace(-math.pi, math.pi, 50, dtype=dtype)
y = torch.sin(x)
p = torch.tensor([1, 2, 3])
xx = x.unsqueeze(-1).pow(p)
model = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Flatten(0, 1))
torch.manual_seed(0)
for m in model:
    if hasattr(m, "reset_parameters"):
        m.reset_parameters()
opt = torch.optim.RMSprop(model.parameters(), lr=1e-3)
for t in range(1, 41):
    loss = torch.nn.functional.mse_loss(model(xx), y, reduction="sum")
    if t % 10 == 0:
        print(t, f"{loss.item():.2f}")
    opt.zero_grad()
    loss.backward()
    opt.step()
lin = model[0]
print(f"y = {lin.bias.item():.3f} + {lin.weight[:, 0].item():.3f} x + {lin.weight[:, 1].item():.3f} x^2")
