"""Questions about plans and their items: each answers None, or the reason in words. They change nothing."""
