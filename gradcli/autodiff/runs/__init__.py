"""One run of a program in either mode: recorded, static, in rows."""
