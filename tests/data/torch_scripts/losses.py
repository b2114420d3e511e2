import torch
import torch.nn.functional as F

z = torch.tensor([[2.0, 1.0, 0.1], [0.5, 2.5, 0.3]], requires_grad=True)
t = torch.tensor([0, 1])
loss = F.cross_entropy(z, t)
print(loss)
loss.backward()
print(z.grad)
p = torch.tensor([0.9, 0.2, 0.7], requires_grad=True)
y = torch.tensor([1., 0., 1.])
print(F.binary_cross_entropy(p, y), F.mse_loss(p, y), F.l1_loss(p, y), F.mse_loss(p, y, reduction="sum"), F.mse_loss(p, y, reduction="none"), sep="\n")
print(F.log_softmax(z, dim=1), F.nll_loss(F.log_softmax(z, dim=1), t), sep="\n")
