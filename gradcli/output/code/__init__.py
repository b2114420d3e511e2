"""Functions as code of other languages."""
