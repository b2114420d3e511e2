import torch
from torch.utils.data import Dataset, DataLoader, TensorDataset, random_split


class Squares(Dataset):
    def __init__(self, n):
        self.x = torch.arange(n, dtype=torch.float32).unsqueeze(1)
        self.y = self.x ** 2

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


data = Squares(10)
print(len(data), data[3])
for i, (xb, yb) in enumerate(DataLoader(data, batch_size=4)):
    print(i, xb.shape, yb.flatten().tolist())
torch.manual_seed(0)
train, val = random_split(data, [7, 3])
print(len(train), len(val), sorted(train.indices + val.indices))
loader = DataLoader(data, batch_size=3, shuffle=True, drop_last=True)
print(len(loader))
for xb, yb in loader:
    print(xb.squeeze(1))
ds = TensorDataset(torch.eye(3), torch.tensor([0, 1, 2]))
for a, b in DataLoader(ds, batch_size=2):
    print(a, b)
