"""`ctct schedule`: the nightly sync as a systemd user timer or a block of the crontab."""
