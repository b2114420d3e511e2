"""A subset of Python: read, compiled to instructions, interpreted; never executed."""
