"""Pages of accounts: thin, over the services and the queries."""
