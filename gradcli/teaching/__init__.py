"""Teaching: what a wrong answer got wrong, found from the graph and the rules of its operations."""
