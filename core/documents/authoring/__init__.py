"""Documents room, authoring: builds the Word templates that ship from plain-text sources with light markup."""
