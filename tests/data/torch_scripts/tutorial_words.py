import torch

torch.manual_seed(0)
p = torch.Tensor([[0.2, 0.8], [0.6, 0.4]])
print(p, p.shape, type(p.shape))
labels = (p > 0.5).int()
print(labels, labels.dtype, labels.sum(), labels * 2, labels / 2, labels + 1.5)
print(labels.type(), labels.long(), torch.ones(3, dtype=torch.int32), labels.tolist(), labels[0, 1].item())
print(labels.float().is_floating_point(), torch.is_floating_point(labels), labels + torch.tensor([1, 2]))
print(torch.isclose(p, torch.tensor([0.2, 0.8])), torch.arange(3, dtype=torch.int), labels.prod(), labels.sum().dtype)
x = p.clone().requires_grad_()
y = torch.inverse(x)
print(y, x.inverse().grad_fn)
for function in [torch.relu, torch.tanh]:
    print(function.__name__, function(p).sum().item())
try:
    labels.requires_grad_()
except RuntimeError as error:
    print(error)
try:
    labels.mean()
except RuntimeError as error:
    print(error)
