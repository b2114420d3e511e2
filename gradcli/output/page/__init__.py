"""The page that computes in the browser."""
