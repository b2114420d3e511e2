"""Commands that compute: values, gradients, graphs and drawings of functions."""
