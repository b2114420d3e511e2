"""Functions at many places: curves that bend where the function does, places where it breaks, fields of two variables."""
