"""Every method family; importing this package fills the registry. One line adds a family.

Third parties add theirs through the entry-point group `accord.methods`.
"""

from importlib.metadata import entry_points

from accord.methods import (  # noqa: F401  (order is the order of the study)
    coupling,
    descriptives,
    index,
    normalise,
    obstacle,
    regions,
    stages,
    weights,
)  # isort: skip

for _plugin in entry_points(group="accord.methods"):
    _plugin.load()
