"""What one run leaves to the next besides rows: how far reading came, and what was learned of the server.

Plain JSON, kept by the load tool beside the data and committed with the rows that it speaks of. Each section has a
module: what it holds as a frozen dataclass, every change of it as a named function. Keys are those that version 0.1.0
wrote: its states go on without a full reading.
Must not know: the API, dlt, tables, which endpoint does what.
"""
