"""The operations on arrays, which programs on numbers do without."""
