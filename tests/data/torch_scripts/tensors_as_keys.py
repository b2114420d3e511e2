import torch
w = torch.tensor([0.], requires_grad=True)
b = torch.tensor([0.], requires_grad=True)
params = [w, b]
velocity = {p: torch.zeros_like(p) for p in params}
lrs = {}
lrs[w] = 0.1
lrs[b] = 0.5
for step in range(3):
    loss = ((w * 2 + b - 3) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        for p in params:
            velocity[p] = 0.9 * velocity[p] + p.grad
            p -= lrs[p] * 0.1 * velocity[p]
            p.grad = None
    print(step, w, b)
print(w in velocity, len(velocity), len(lrs))
del lrs[w]
print(len(lrs))
L = [10, 20, 30]
print(L[torch.tensor(1)])
class Node:
    pass
n, m = Node(), Node()
seen = {n: 1}
seen[m] = 2
print(seen[n], seen[m], n in seen)
print(torch.logspace(0, 2, 3), torch.logspace(-2, 2, 5), torch.logspace(0, 3, 4, base=2))
