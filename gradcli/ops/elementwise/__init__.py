"""The operations on numbers, and on arrays element by element."""
