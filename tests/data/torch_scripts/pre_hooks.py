import torch
from torch import nn
class Multi(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Linear(2, 3)
        self.heads = nn.ModuleList([nn.Linear(3, 1), nn.Linear(3, 2)])
        self.drop = nn.Identity()
    def forward(self, x):
        h = torch.relu(self.trunk(x))
        return [head(self.drop(h)) for head in self.heads]
torch.manual_seed(3)
m = Multi()
print(m)
seen = []
h = m.trunk.register_forward_hook(lambda mod, inp, out: seen.append(out.shape))
pre = m.trunk.register_forward_pre_hook(lambda mod, inp: print("in", inp[0].shape))
outs = m(torch.ones(2, 2))
print([o.shape for o in outs], seen)
h.remove()
pre.remove()
(outs[0].sum() + outs[1].sum()).backward()
print(m.trunk.weight.grad)
print(len(m.heads), m.heads[-1].out_features)
for i, p in enumerate(m.parameters()):
    print(i, p.shape, p.grad is not None)
m.trunk.register_forward_pre_hook(lambda mod, inp: (inp[0] * 0 + 1,))
print(torch.equal(m(torch.zeros(2, 2))[0], outs[0]))
for f in (nn.init.kaiming_uniform_, nn.init.kaiming_normal_):
    f(m.trunk.weight, nonlinearity="relu")
    print(m.trunk.weight)
    f(m.trunk.weight, mode="fan_out")
    print(m.trunk.weight)
m.heads[1].reset_parameters()
print(m.heads[1].bias)
