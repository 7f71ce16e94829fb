"""What the next sync would cost, before anything is spent. `plan` is pure; `probe` is where it meets the API."""
