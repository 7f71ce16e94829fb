"""`ctct init`: from nothing to a first sync of one's own account, in one conversation that can be repeated."""
