import torch
x = torch.arange(12., requires_grad=True)
y = (x*2).clone()
m = y.view(3,4)
m[1] = m[0]*3
m[:,2].mul_(2)
d = m.diagonal()
d.add_(100)
m.t()[0,1] = 7.
m.unsqueeze(0).squeeze(0)[2,3] = x[0]*5
z = m.movedim(0,1).permute(1,0)
z.mul_(x.reshape(3,4))
m.diagonal(1).zero_()
e = m.expand(1,3,4)
print(y); print(m)
y.sum().backward()
print(x.grad)
w = torch.zeros(3)
w.expand(2,3).zero_()
print(w)
print(m.grad_fn, y.grad_fn)
