"""Commands that run programs: once, for each row of a table, event by event, in both modes."""
