"""What is measured, a module each, all of one shape: `figures(bench)`, and `RATIOS` of the medians of its figures."""
