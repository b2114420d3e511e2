import torch
from torch.optim.lr_scheduler import StepLR, ExponentialLR, CosineAnnealingLR, LambdaLR, ReduceLROnPlateau, MultiStepLR

w = torch.nn.Parameter(torch.zeros(2))


def run(make, n=6):
    opt = torch.optim.SGD([w], lr=0.4)
    sched = make(opt)
    seen = []
    for _ in range(n):
        seen.append(round(opt.param_groups[0]["lr"], 6))
        opt.step()
        sched.step()
    print(type(sched).__name__, seen, sched.get_last_lr())


run(lambda o: StepLR(o, step_size=2, gamma=0.5))
run(lambda o: ExponentialLR(o, gamma=0.9))
run(lambda o: CosineAnnealingLR(o, T_max=5))
run(lambda o: LambdaLR(o, lambda epoch: 1 / (1 + epoch)))
run(lambda o: MultiStepLR(o, milestones=[2, 4], gamma=0.1))
opt = torch.optim.SGD([w], lr=0.4)
plateau = ReduceLROnPlateau(opt, mode="min", factor=0.1, patience=1)
for loss in [1.0, 0.9, 0.9, 0.9, 0.9, 0.5]:
    plateau.step(loss)
    print(loss, opt.param_groups[0]["lr"])
warm = torch.optim.lr_scheduler.LinearLR(torch.optim.SGD([w], lr=1.0), start_factor=0.25, total_iters=3)
print(warm.get_last_lr())
