"""Pure numerical kernels: arrays in, arrays or a frozen dataclass out; no labels, no files."""
