"""How each resource is read: which requests, in which order, what they leave in the state, and what they cost.

`strategies` says which strategy reads what. One module per strategy: `collections` (whole), `edited` (whole, details of
what was edited), `details` (one by one), `contacts` (marks), `campaigns` (changes, then their e-mails, by way of
`totals` and `feeds` to the reports). `heal` reads what the counts give away. Each has its slices and their estimate.
Must not know: dlt, destinations, the command line.
"""
