"""The Constant Contact V3 API: one client, its budget, its login, and its errors. No table, no dlt, no catalogue."""
