"""What makes graphs: the builders of dynamic graphs and of static ones, what both share."""
