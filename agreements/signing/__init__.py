"""One door for signing and registering: what the place asks for, what was brought, what is kept of it."""
