"""What is written as JSON."""
