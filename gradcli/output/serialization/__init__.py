"""What is written for programs: JSON, JSON Lines, CSV."""
