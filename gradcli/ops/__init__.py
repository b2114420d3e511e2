"""The primitive operations, each by one declaration."""
