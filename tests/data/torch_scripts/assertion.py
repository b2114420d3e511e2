import torch
x = torch.tensor([1.0, 2.0])
assert x.shape == (2,), "shape"
assert x.sum() > 10, f"the sum is {x.sum().item()}"
