import torch

A = torch.tensor([[1., 5., 3.], [4., 2., 6.]], requires_grad=True)
print(A.sum(), A.sum(0), A.sum(dim=1, keepdim=True), A.mean(), A.mean(dim=0), sep="\n")
print(A.max(), A.min(), A.std(), A.var(dim=1), A.prod(), A.norm(), sep="\n")
values, indices = A.max(dim=1)
print(values, indices)
print(torch.max(A, 0))
print(torch.argmax(A, dim=1), A.argmin())
print(torch.cumsum(A, 1), torch.softmax(A, dim=1), A.softmax(-1).sum(1), torch.logsumexp(A, 0), sep="\n")
loss = A.max() + A.mean() + (A ** 2).sum().sqrt()
loss.backward()
print(A.grad)
