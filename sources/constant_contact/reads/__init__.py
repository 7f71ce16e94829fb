"""How each resource is read: which requests, in which order, what they leave in the state, and what they cost.

`strategies` says which strategy reads what. One module per strategy: `collections` (whole), `edited` (whole, and the
details of what was edited), `details` (one by one), `recent` (the last weeks), `events`, `registrations`,
`landing_pages` (newest first, until known), `contacts` (marks), `campaigns` (changes, then their e-mails, by way of
`totals` and `feeds` to the reports). Each has its slices and their estimate.
What the counts give away is read by `repair`.
Must not know: dlt, destinations, the command line.
"""
