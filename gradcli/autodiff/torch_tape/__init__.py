"""PyTorch's tape: what happens while a program runs, with .grad, versions, hooks into saved tensors."""
