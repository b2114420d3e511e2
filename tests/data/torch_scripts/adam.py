import torch

w = torch.tensor([1.0, -2.0], requires_grad=True)
b = torch.tensor(0.5, requires_grad=True)
adam = torch.optim.Adam([w, b], lr=0.1, weight_decay=0.01)
for step in range(4):
    adam.zero_grad()
    loss = (w**2).sum() + w[0] * w[1] + (b - w[0]) ** 2
    loss.backward()
    adam.step()
    print(step, w, b)
print(adam)

v = torch.tensor([3.0, 4.0], requires_grad=True)
slow = torch.optim.RMSprop([v], lr=0.05, alpha=0.9)
for step in range(4):
    slow.zero_grad()
    (v**3).sum().backward()
    slow.step()
    print(step, v)
print(slow)
