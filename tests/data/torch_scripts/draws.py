import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(5)
print(torch.empty(3, 4).bernoulli_(0.3))
print(torch.bernoulli(torch.tensor([0.0, 0.2, 0.5, 0.9, 1.0])), torch.bernoulli(torch.ones(4), 0.5))
print(torch.empty(4).exponential_(), torch.empty(2, dtype=torch.float64).exponential_(0.5))
P = torch.rand(3, 7)
P /= P.sum(1, keepdim=True)
g = torch.Generator().manual_seed(2147483647)
print(torch.multinomial(P, num_samples=1, replacement=True, generator=g))
print(torch.multinomial(P, 5, replacement=True, generator=g))
print(torch.multinomial(P[0], 4), P[1].multinomial(2))
itos = ".abcdef"
out, ix = [], 1
while ix and len(out) < 20:
    ix = torch.multinomial(P[ix % 3], num_samples=1, replacement=True, generator=g).item()
    out.append(itos[ix])
print("".join(out))
for wrong in ((P, 8), (P, 0), (-P, 1)):
    try:
        torch.multinomial(*wrong)
    except RuntimeError as error:
        print(error)
x = torch.arange(1.0, 9.0, requires_grad=True)
y = F.dropout(x, 0.4)
print(y)
y.sum().backward()
print(x.grad)
print(F.dropout(x, 0.4, training=False) is x, F.dropout(x, 0.0) is x, F.dropout(x, 1.0))
torch.manual_seed(2)
net = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Dropout(0.25), nn.Linear(5, 1))
print(net)
X = torch.tensor([[1.0, 0.0, 2.0, 0.0], [0.0, 1.0, 0.0, 3.0]])
print((net(X) == net(X)).all().item())
net.eval()
print((net(X) == net(X)).all().item())
try:
    F.dropout(x, 1.5)
except ValueError as error:
    print(error)
print(torch.randn(size=(2, 2)), torch.zeros(size=[2]), torch.rand(size=()))
