"""What is said to people in another language than English: a catalogue, and what finds its messages in finished texts."""
