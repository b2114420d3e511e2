import torch

x = torch.arange(6.)
x.requires_grad_()
A = x.reshape(2, 3)
print(A, A.view(3, 2), A.view(-1), A.T, A.flatten(), A.unsqueeze(0).shape, A.unsqueeze(-1).squeeze().shape, sep="\n")
print(A[0], A[1, 2], A[:, 1], A[0, 1:], x[-1], x[::2], A[..., 0], sep="\n")
print(torch.stack([x[0], x[1]]), torch.cat([x, x]), torch.cat((A, A), dim=1).shape, A.permute(1, 0).shape, A.transpose(0, 1).shape)
print(x.numel(), A.dim(), A.ndim, len(A), A.size(), A.size(-1), x[[0, 2]], x[x > 2.5])
y = (A[0] * A[1]).sum()
y.backward()
print(x.grad)
for row in A:
    print(row)
try:
    x.view(4)
except RuntimeError as e:
    print(e)
try:
    x[6]
except IndexError as e:
    print(e)
