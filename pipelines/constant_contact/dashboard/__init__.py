"""The interactive page: `snapshot` reads the marts, `view` filters and counts, `server` answers on loopback."""
