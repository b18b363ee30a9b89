"""Affairs of agreements beside their page: merging, ends, evidence, journals, imports, models, webhooks. Pages, API."""
