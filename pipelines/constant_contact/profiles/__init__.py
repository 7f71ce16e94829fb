"""Several accounts in one command: which profiles, whose turn it is, what each may spend, what came of it.

selection  which profiles are meant, and what is wrong with them before anything is spent
shares     how a key's day is divided (pure)
round      what processes that share a board tell each other
board      that board: a file of the state folder, or a row in the catalog of a lake
several    `ctct sync` for several profiles
overview   `ctct status --all-profiles`
"""
