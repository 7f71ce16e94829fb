"""What differs between the account's own counts and the loaded rows, and setting it right: one wing, four steps.

audit         every count that the API offers against the loaded rows, a line each (`audit`, `contact_counts`,
              `event_totals`; how a difference is explained: `explanations`, `count_rules`, `set_aside_counts`)
search        which contacts and events the difference is (`stages` says where to look, `search` and `feed_check` look)
repair        the loop over both, and what is written because of them (`repair`, `corrections`, `offsets`)
cascades      what follows from a deletion for rows that were not read (`cascades` by SQL, `cascade_batches` as rows)

Besides, once a week where it is asked for: `export_check`. What the wing asks of a run and of the warehouse is in
`ports`; it must not know dlt, nor which database it is.
"""
