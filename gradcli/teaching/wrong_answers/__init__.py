"""Wrong answers that the kinds of mistakes make to a question, and which of them an answer is."""
