"""Where a warehouse lies: one file a destination, behind one interface, and the warehouse once it is open.

target     what a person named: profile, destination, dataset
location   the target with its exact place on this machine or server, and its working folder
base       what a destination can do; the default loads and records, and nothing else
duckdb, postgres, ducklake   the destinations that ctct knows more about
warehouse  an opened destination: load packages go in, SQL comes out
"""
