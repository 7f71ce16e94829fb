"""What one run leaves to the next besides rows: how far reading came, and what was learned of the server.

Plain JSON, kept by the load tool beside the data and committed with the rows that it speaks of. Each section has a
module: what it holds as a frozen dataclass, every change of it as a named function. No other module spells a key. Keys
are those that version 0.1.0 wrote: its states go on without a full reading.

dataset          whose rows they are, version of the state, commits, requests of the day
fields           undeclared fields that have a column; values of `include` that the server refuses
contacts         marks, and a reading of all contacts under way
rolling          how far contacts were read again, a share a night
traceless        how many contacts changed without a trace
campaigns        how far the list was read, e-mails that were not found
totals           batch sizes, e-mails without totals or links, offsets between totals and rows
feeds            first readings of feeds under way
failures         objects that could not be read, and when each is asked for again
details          versions of which there was nothing to load
contact_reports  who has been looked at
recent, events, landing_pages   when each was read
offsets          counts that stand apart from the rows
counting         which rows a count counts
forgotten        erased contacts that the account has again
export_check     when an export was ordered

Must not know: the API, dlt, tables, which endpoint does what.
"""
