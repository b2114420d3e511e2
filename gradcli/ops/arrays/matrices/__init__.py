"""Products of vectors and matrices, and what is special to square ones."""
