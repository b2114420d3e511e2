import copy
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
other = copy.deepcopy(net)
with torch.no_grad():
    other[0].weight.zero_()
print(net[0].weight, other[0].weight, other[0].weight.requires_grad, list(other.parameters())[0] is other[0].weight)
d = {'a': [1, [2]], 'b': torch.ones(2)}
e = copy.deepcopy(d); e['a'][1].append(3); e['b'] += 1
print(d, e)
w = torch.ones(1, requires_grad=True)
try:
    copy.deepcopy(w * 2)
except RuntimeError as err:
    print(str(err)[:60])
bn = nn.BatchNorm2d(2); x = torch.randn(3, 2, 2, 2)
print(bn(x)[0], bn.running_var); bn.eval(); print(bn(x)[0, 0], bn)
pool = nn.MaxPool2d(2); print(pool, pool(x).shape, nn.AvgPool2d(2)(x).shape, nn.AvgPool2d(2))
print(nn.LayerNorm((2, 2))(x)[0, 0], nn.LayerNorm(2))
o = torch.optim.Adagrad([w], lr=0.1); (w**2).sum().backward(); o.step(); o.step(); print(w, o)
