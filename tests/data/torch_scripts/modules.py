import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(5)


class Block(nn.Module):
    def __init__(self, size, scale=2.0):
        super().__init__()
        self.inner = nn.Linear(size, size, bias=False)
        self.scale = nn.Parameter(torch.tensor(scale))
        self.register_buffer("offset", torch.ones(size))

    def forward(self, x, times=1):
        for _ in range(times):
            x = torch.tanh(self.inner(x)) * self.scale + self.offset
        return x


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.layers = nn.ModuleList([Block(3), Block(3, scale=1.0)])
        self.head = nn.Sequential(nn.LeakyReLU(), nn.Flatten(), nn.Linear(3, 2), nn.LogSoftmax(dim=1))

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


net = Net()
print(net)
print([name for name, _ in net.named_parameters()])
print(sum(p.numel() for p in net.parameters() if p.requires_grad))
print(list(net.state_dict()))
x = torch.randn(4, 3)
out = net(x)
print(out)
target = torch.tensor([0, 1, 1, 0])
loss = nn.NLLLoss()(out, target)
loss.backward()
print(loss, net.layers[0].scale.grad, net.head[2].bias.grad)
net.zero_grad()
print(net.head[2].bias.grad, net.layers[1].inner.weight)
net.eval()
print(net.training, net.head.training, len(net.layers), net.head[-1])
for module in net.children():
    print(type(module).__name__, isinstance(module, nn.Module))
try:
    net.missing
except AttributeError as error:
    print(error)
try:
    net.layers[0].scale = torch.tensor(1.0)
except TypeError as error:
    print(error)


class Early(nn.Module):
    def __init__(self):
        self.layer = nn.Linear(1, 1)


try:
    Early()
except AttributeError as error:
    print(error)


def init(m):
    if isinstance(m, nn.Linear):
        nn.init.constant_(m.weight, 0.5)
        if m.bias is not None:
            nn.init.zeros_(m.bias)


net.apply(init)
print(net(torch.ones(1, 3)))
a, b = torch.tensor([[0.2, 1.5]]), torch.tensor([[0.0, 1.0]])
for loss in (nn.MSELoss(), nn.L1Loss(reduction="sum"), nn.SmoothL1Loss(), nn.BCEWithLogitsLoss(), nn.HuberLoss(reduction="none")):
    print(loss, loss(a, b))
print(F.cross_entropy(torch.tensor([[1.0, 2.0]]), torch.tensor([1]), reduction="none"))
conv = nn.Conv2d(1, 2, 3, padding=1)
print(conv, conv(torch.ones(1, 1, 2, 2)).shape, nn.Embedding(3, 2)(torch.tensor([0, 2])).shape)
print(nn.Parameter(torch.ones(2)), nn.Dropout(0.0)(torch.ones(1)), nn.GELU()(torch.ones(1)))
other = Net()
print(other.load_state_dict(net.state_dict()))
w = nn.Linear(2, 2)
nn.init.xavier_uniform_(w.weight)
print(w.weight, nn.utils.clip_grad_norm_(w.parameters(), 1.0))

state = net.state_dict()
print(list(state), len(state), {name: values.shape for name, values in state.items()})
print(torch.nn.ReLU().state_dict())
