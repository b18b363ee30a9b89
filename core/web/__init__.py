"""The door: refusals to HTTP, CSRF, CSP, language, paging."""
