"""Why a value or a derivative is nan, infinite, 0 or missing, and what mends it."""
