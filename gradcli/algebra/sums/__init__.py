"""Normal forms of sums and products, and how they are spelled."""
