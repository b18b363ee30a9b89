"""Fan-out: one model agreement sent to many counterparties, each its own agreement; what each text made of it."""
