"""Webhooks out: steps of agreements told to programs of the organisations that may see them."""
