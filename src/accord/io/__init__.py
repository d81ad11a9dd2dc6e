"""Files to labelled arrays and back: tables, grids, the embedded study, and safe writing."""
