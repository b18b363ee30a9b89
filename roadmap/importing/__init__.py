"""Import of a plan from a sheet or a Word table: columns named, tried, shown, then taken whole or not at all."""
