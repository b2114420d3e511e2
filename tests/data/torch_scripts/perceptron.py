import torch

inputs = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
targets = torch.tensor([0., 0., 0., 1.])
w = torch.zeros(2, requires_grad=True)
b = torch.zeros((), requires_grad=True)
for epoch in range(200):
    p = torch.sigmoid(inputs @ w + b)
    loss = -(targets * torch.log(p) + (1 - targets) * torch.log(1 - p)).mean()
    loss.backward()
    with torch.no_grad():
        w.sub_(1.0 * w.grad)
        b.sub_(1.0 * b.grad)
        w.grad.zero_()
        b.grad.zero_()
print(loss)
print((p > 0.5).float(), (p.round() == targets).all())
print([round(v, 2) for v in w.tolist()], round(b.item(), 2))
