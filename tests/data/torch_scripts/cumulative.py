import torch

x = torch.tensor([1 / (i + 3) for i in range(1000)])
print(torch.cumsum(x, 0)[-1].item(), torch.cumsum(x, 0)[499].item(), torch.cumprod(x + 1, 0)[700].item())
y = torch.tensor([[0.1 * i * j + 0.37 for i in range(40)] for j in range(5)], requires_grad=True)
z = y.cumsum(1)
print(z[3, -1].item(), y.cumsum(0)[-1, 7].item(), torch.tensor([1, 2, 3]).cumsum(0))
(z ** 2).mean().backward()
print(y.grad[2, :4].tolist())
