"""Commands that work with symbols: derivatives and algebra."""
