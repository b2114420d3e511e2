"""What makes graphs: the recorder of dynamic graphs, the builder of static ones, what both share."""
