import torch

x = torch.arange(12.0).reshape(3, 4).requires_grad_(True)
y = x[[0, 2], [1, 3]]
print(y, x[:, [0, 0, 2]], x[torch.tensor([[0, 1], [2, 0]])].shape, x[None, [1]].shape, x[x > 7])
(y.sum() + x[:, [0, 0]].sum()).backward()
print(x.grad)
z = torch.zeros(2, 3)
w = torch.tensor([1.0, 2.0], requires_grad=True)
z[[0, 1], [2, 0]] = w
print(z)
(z**2).sum().backward()
print(w.grad)
for index in ([5], torch.tensor([0.5]), (torch.tensor([0, 1]), torch.tensor([0, 1, 2])), torch.tensor([True, False])):
    try:
        x[index]
    except IndexError as error:
        print(error)
t = torch.tensor([[3.0, 1.0, 2.0], [9.0, 8.0, 7.0]], requires_grad=True)
print(torch.sort(t), t.sort(dim=0, descending=True).indices)
print(torch.topk(t, 2), t.topk(1, dim=0, largest=False).values)
print(torch.cummax(t, 1), t.argsort())
print(torch.gather(t, 1, torch.tensor([[0, 0], [2, 1]])), t.gather(0, torch.tensor([[1, 0, 1]])), t.index_select(1, torch.tensor([2])))
print(t.chunk(2, dim=1), torch.split(t, [1, 2], dim=1), t.split(1), torch.unbind(t), t.narrow(1, 0, 2), t.select(1, 0))
try:
    t.split([1, 1], dim=1)
except RuntimeError as error:
    print(error)
u = torch.zeros(2, 3).scatter_(1, torch.tensor([[2], [0]]), 1.0)
print(u, u.scatter(0, torch.tensor([[1, 0, 1]]), torch.tensor([[5.0, 6.0, 7.0]])), u.nonzero(), u.masked_select(u > 0))
print(torch.einsum("ij,kj->ik", t, u), torch.einsum("ij->i", t), torch.einsum("i,j->ij", u[0], u[1]), torch.einsum("bij,bjk->bik", t[None], u.t()[None]))
print(torch.einsum("ij,ij->", t, t), torch.einsum("ii->i", torch.eye(2)), torch.einsum("ij,jk,kl", u, u.t(), u))
try:
    torch.einsum("ij,jk->ik", t, t)
except RuntimeError as error:
    print(error)
A = torch.tensor([[2.0, 1.0], [1.0, 3.0]], requires_grad=True)
print(torch.linalg.solve(A, torch.tensor([1.0, 2.0])), torch.unique(torch.tensor([2, 1, 2])), torch.bincount(torch.tensor([0, 2, 2])))
print(t.stride(), t.t().stride(), torch.equal(t, t), t.allclose(t + 1e-9), t.isnan().any(), torch.count_nonzero(u))
print(torch.multiply(t, 2).subtract(1).less(3), t.absolute().divide(2), u.expand_as(t).type_as(A).dtype, torch.empty(0).shape)
