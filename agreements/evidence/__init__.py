"""The evidence pack of an agreement: everything that proves it in one ZIP, checked later without this service."""
