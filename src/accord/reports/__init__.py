"""The report: reads a results tree and drawn figures, computes nothing."""
