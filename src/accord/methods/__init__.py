"""Every method family; importing this package fills the registry. One line adds a family.

The order of the lines is the order of the study. Third parties add theirs through the entry-point
group `accord.methods`.
"""

from importlib.metadata import entry_points

# isort: off
from accord.methods import descriptives as descriptives
from accord.methods import normalise as normalise
from accord.methods import weights as weights
from accord.methods import index as index
from accord.methods import coupling as coupling
from accord.methods import stages as stages
from accord.methods import regions as regions
from accord.methods import obstacle as obstacle
# isort: on

for _plugin in entry_points(group="accord.methods"):
    _plugin.load()
