"""What follows of a function from its graph alone: its shape, its bounds, the pattern of its derivatives, what it costs."""
