import numpy as np
import torch
np.random.seed(0)
a = np.random.randn(3)
print(a, np.random.rand(2,2), np.random.randint(0,5,size=3))
x = np.linspace(0, 1, 5)
y = 2*x + 1 + 0.0*np.sin(x)
t = torch.tensor(x, dtype=torch.float32)
print(t, torch.from_numpy(y))
print(np.array([[1,2],[3,4]]) @ np.array([1,1]), x[1:3], x.mean(), np.abs(-x).sum())
n = np.zeros(2); s = torch.from_numpy(n); n[0] = 7; print(s); s += 1; print(n)
q = torch.zeros(2); w = q.numpy(); w[1] = 3; print(q)
m = np.ones((2,3)); m += 1; print(m.T.shape, m.dtype, m)
print(torch.tensor([1,2]).numpy().dtype, float(torch.tensor(2.5).numpy()))
w = torch.tensor([1.0, 2.0], requires_grad=True)
o = torch.optim.AdamW([w], lr=0.1)
for _ in range(3):
    o.zero_grad(); (w**2).sum().backward(); o.step()
print(w); print(o)
