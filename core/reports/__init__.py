"""A query and its columns → XLSX, CSV."""
