"""`ctct xrefs`: what contacts, lists and campaigns of V1 and V2 are called now, for the ids in a file."""
