import torch
from torch.utils.data import TensorDataset, DataLoader, Dataset
torch.manual_seed(1)
X = torch.arange(6.).view(6, 1)
for dl in (DataLoader(TensorDataset(X, 2*X), batch_size=4, shuffle=True), DataLoader(TensorDataset(X), batch_size=4, drop_last=True), DataLoader(X, batch_size=3)):
    for epoch in range(2):
        for b in dl:
            print(b)
    print(len(dl), torch.rand(1))
class Squares(Dataset):
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
    def __getitem__(self, i): return torch.tensor([float(i)]), i * i
for a, b in DataLoader(Squares(5), batch_size=2, shuffle=True): print(a, b)
g = torch.Generator().manual_seed(4)
for (a,) in DataLoader(TensorDataset(X), batch_size=3, shuffle=True, generator=g): print(a)
print(torch.rand(1))
