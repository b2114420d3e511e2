import torch

a = torch.tensor([1, 2, 3])
b = torch.tensor([0.5, 0.5, 0.5])
print(a + b, a * 2, a * 2.0, a / 2, a // 2, a % 2, a ** 2)
print(a.sum(), a.float().mean(), a.dtype, (a > 1), (a > 1).sum(), (a == 2).dtype)
print(b.double(), b.double() + b, (b.double() * 2).dtype)
print(a.float(), b.long(), a.bool(), b.to(torch.float64).dtype, a.max(), a.argmax())
print(torch.tensor(3) / 2, torch.tensor(3) + 1.5, torch.tensor(2) * torch.tensor([1.5]), torch.ones(2) * torch.tensor(2.0, dtype=torch.float64))
print(a.item() if a.numel() == 1 else a.tolist(), b.tolist(), torch.tensor(0.1).item(), torch.tensor(0.1, dtype=torch.float64).item())
print(torch.sqrt(torch.tensor(4)), torch.exp(a))
torch.set_default_dtype(torch.float64)
print(torch.tensor([1.0, 2.0]), torch.tensor([1.0], dtype=torch.float32), torch.zeros(1).dtype)
try:
    a += 0.5
except RuntimeError as e:
    print(e)
print(-a, abs(-a), +a, ~(a > 1))
