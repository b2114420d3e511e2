import torch

W = torch.tensor([[0.5, -0.2], [0.1, 0.4]], requires_grad=True)
U = torch.tensor([[1.0], [0.5]], requires_grad=True)
h = torch.zeros(2, 1)
for x in [1.0, -1.0, 0.5]:
    h = torch.tanh(W @ h + U * x)
    print(h.squeeze())
h.sum().backward()
print(W.grad, U.grad, sep="\n")
