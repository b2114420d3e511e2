"""The operations on arrays, which programs without arrays do without."""
