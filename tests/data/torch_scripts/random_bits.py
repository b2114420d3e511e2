import torch
for s in range(5):
    torch.manual_seed(s)
    print(torch.randn(40).tolist(), torch.randn(3, 7).tolist(), torch.randn(5).tolist())
torch.manual_seed(0); print(torch.nn.Linear(5, 4).weight.tolist(), torch.randn(4, 5, dtype=torch.float64).tolist())

torch.manual_seed(0); print(torch.nn.Linear(50, 40).weight.double().sum().item())
print(torch.empty(100).uniform_(-0.3, 0.7).tolist(), torch.zeros(40).normal_(0.5, 0.1).tolist(), torch.zeros(5).normal_(0.5, 0.1).tolist(), torch.normal(1.0, 3.0, (20,)).tolist())
print(torch.nn.Embedding(7,5).weight.tolist())
