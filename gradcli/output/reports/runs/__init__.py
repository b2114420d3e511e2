"""What is said of runs: values, gradients, checks, the way of numbers that are not finite."""
