"""Declaring values of indicators out of a sheet: tried whole, shown as было → стало, then taken whole or not at all."""
