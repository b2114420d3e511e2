import torch

w = torch.tensor([2.0], requires_grad=True)
loss = w * w
with torch.no_grad():
    w -= 0.5
print(w, w.is_leaf, w._version)
try:
    loss.backward()
except RuntimeError as e:
    print(e)
loss = (w * w).sum()
loss.backward()
w.data -= 0.1 * w.grad
print(w, w.grad)
w.data = torch.tensor([7.0])
print(w)
