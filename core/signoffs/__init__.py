"""Routes, rounds, stages, slots, decisions, remarks, substitution; the inbox."""
