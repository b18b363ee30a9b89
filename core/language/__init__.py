"""Russian document language: cases, agreement, dates, sums in words, typography. Knows no database, no request."""
