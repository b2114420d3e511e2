"""What is said of answers and exercises."""
