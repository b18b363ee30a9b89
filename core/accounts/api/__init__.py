"""The same by API: thin, over the services and the queries the pages use."""
