"""What a person sees in the terminal: progress while a run lasts, its summary, the status. Nothing is decided here."""
