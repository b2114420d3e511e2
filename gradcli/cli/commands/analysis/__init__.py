"""Commands that examine a function and its gradient."""
