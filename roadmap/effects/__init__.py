"""What steps entail, inside their transactions."""
