"""The domain of agreements: parties, revisions, signing, registration, amendments. May import roadmap and core."""
