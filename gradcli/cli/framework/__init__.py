"""How commands are declared, read, documented, and how their streams are written."""
