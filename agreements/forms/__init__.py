"""Forms of agreements: what the pages ask, read back into what the services take."""
