import torch

X = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
Y = torch.tensor([[2.0], [4.0], [6.0], [8.0]])
w = torch.tensor([[0.0]], requires_grad=True)
b = torch.zeros(1, requires_grad=True)

def forward(x):
    return x @ w + b

def loss(y, y_pred):
    return ((y_pred - y) ** 2).mean()

learning_rate = 0.01
n_iters = 100
for epoch in range(n_iters):
    y_pred = forward(X)
    l = loss(Y, y_pred)
    l.backward()
    with torch.no_grad():
        w -= learning_rate * w.grad
        b -= learning_rate * b.grad
    w.grad.zero_()
    b.grad.zero_()
    if epoch % 20 == 0:
        print(f"epoch {epoch+1}: w = {w.item():.3f}, b = {b.item():.3f}, loss = {l:.6f}")
print(f"prediction after training: f(5) = {forward(torch.tensor([[5.0]])).item():.2f}")
print(w, b, sep="\n")
