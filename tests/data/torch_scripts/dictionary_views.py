import torch
import torch.nn as nn

m = nn.Sequential(nn.Linear(2, 1), nn.ReLU())
sd = m.state_dict()
print(type(sd).__name__, type(sd), isinstance(sd, dict), type(m.parameters()).__name__, type({}))
print(next(m.parameters()).shape, sum(p.numel() for p in m.parameters()), len(list(m.children())))
for n, p in m.named_parameters():
    print(n, p.shape)
ps = m.parameters()
print(len(list(ps)), len(list(ps)))
torch.optim.SGD(m.parameters(), lr=0.1)
print([type(x).__name__ for x in m.modules()], dict(m.named_children()).keys())
m.load_state_dict(sd)
print(list(sd.items())[0][0], sd.keys())
d = {'a': 1, 'b': [2, 3]}
print(d.keys(), d.values(), d.items(), {}.keys(), len(d.items()), 'a' in d.keys(), f"{d.keys()}", max(sd.keys()))
for k, v in d.items():
    print(k, v)
print([k for k in d.keys()], dict(d.items()), tuple(d.values()), type(d.keys()).__name__, sum({'x': 1, 'y': 2}.values()))
a, b = d.keys()
print(a, b, torch.tensor(list({'x': 1., 'y': 2.}.values())))
print(*d.keys(), bool({}.keys()), any(d.values()), list(map(str, d.keys())), ', '.join(d.keys()))
try:
    d.keys()[0]
except TypeError as e:
    print(e)
opt = torch.optim.Adam(m.parameters(), lr=0.1)
print(opt.state_dict().keys(), opt.param_groups[0].keys(), opt.state_dict()['param_groups'][0]['lr'])
