import torch
torch.manual_seed(0)
print(torch.rand(3), torch.rand(2,2,dtype=torch.float64))
print(torch.randn(3), torch.randn(2))
print(torch.randn(20))
print(torch.randn(4,4,dtype=torch.float64))
print(torch.randint(0,10,(5,)), torch.randint(5,(2,3)), torch.randint(low=3, high=9, size=(2,)))
print(torch.randperm(6), torch.randperm(11))
print(torch.normal(0.0, 2.0, (3,)), torch.normal(torch.zeros(2), 1.0))
print(torch.zeros(5).uniform_(-1,1), torch.zeros(3).normal_(1., 2.))
print(torch.rand_like(torch.zeros(2)), torch.randn_like(torch.zeros(2)))

