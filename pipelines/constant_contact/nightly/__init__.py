"""One night: read, commit, set right, audit, heal, keep history, record. `run` is where it begins."""
