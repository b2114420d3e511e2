import torch
import torch.nn.functional as F

X = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
T = torch.tensor([[0.], [1.], [1.], [0.]])
W1 = torch.tensor([[0.5, -0.3, 0.8], [0.2, 0.9, -0.6]], requires_grad=True)
b1 = torch.tensor([0.1, -0.2, 0.05], requires_grad=True)
W2 = torch.tensor([[0.7], [-0.4], [0.3]], requires_grad=True)
b2 = torch.tensor([0.0], requires_grad=True)

h = torch.tanh(X @ W1 + b1)
o = torch.sigmoid(h @ W2 + b2)
loss = F.mse_loss(o, T)
print("loss:", loss)
loss.backward()
for name, p in [("W1", W1), ("b1", b1), ("W2", W2), ("b2", b2)]:
    print(name, p.grad, p.grad.shape, sep="\n")
print(h)
print(o.grad_fn, h.grad_fn)
