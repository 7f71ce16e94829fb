"""One sync: read, commit, audit, repair, keep history, record. `run` is where it begins."""
