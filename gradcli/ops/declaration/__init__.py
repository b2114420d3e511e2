"""What an operation is, and what its rules compute with."""
