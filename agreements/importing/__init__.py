"""Import of existing agreements from a spreadsheet with the users' own columns: mapped, tried, taken whole or not."""
