"""People can be forgotten: found everywhere, erased, and kept out of every later run.

person     who is meant: contact ids, addresses, whether the account still has them
search     where they are: every text and JSON column of every table, and the files that we wrote
register   what is kept: a keyed hash of the id, and how many events of each e-mail went
erase      the rows, in one transaction
leftovers  what the tools keep beside the tables: load packages, dbt's folder, free blocks of the file
sweep      what a sync does of this by itself: `erase_after`, `exclude_columns`
forget     the command
"""
