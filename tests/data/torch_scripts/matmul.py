import torch

A = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)
B = torch.tensor([[5., 6.], [7., 8.]], requires_grad=True)
v = torch.tensor([1., -1.], requires_grad=True)
C = A @ B
print(C, torch.matmul(A, v), torch.dot(v, v), torch.mm(A, B).T, A.t(), sep="\n")
print(C.grad_fn.next_functions)
C.sum().backward()
print(A.grad, B.grad, sep="\n")
try:
    A @ torch.ones(3, 2)
except RuntimeError as e:
    print(e)
