"""Every method family; importing this package fills the registry. One line adds a family.

The order of the lines is the order of the study. Third parties add theirs through the entry-point
group `accord.methods`.
"""

import warnings
from importlib.metadata import EntryPoint, entry_points

from accord.errors import AccordWarning
from accord.method import METHODS

# isort: off
from accord.methods import descriptives as descriptives
from accord.methods import normalise as normalise
from accord.methods import weights as weights
from accord.methods import index as index
from accord.methods import coupling as coupling
from accord.methods import stages as stages
from accord.methods import regions as regions
from accord.methods import density as density
from accord.methods import density_changes as density_changes
from accord.methods import obstacle as obstacle
from accord.methods import inequality as inequality
from accord.methods import convergence as convergence
from accord.methods import mobility as mobility
from accord.methods import spatial_markov as spatial_markov
from accord.methods import spatial as spatial
from accord.methods import centre as centre
from accord.methods import drivers as drivers
from accord.methods import forecast as forecast
from accord.methods import rolling as rolling
from accord.methods import outlook as outlook
from accord.methods import forecast_skill as forecast_skill
from accord.methods import cross_section_dependence as cross_section_dependence
from accord.methods import unit_roots as unit_roots
from accord.methods import differencing as differencing
from accord.methods import lag_order as lag_order
from accord.methods import pvar as pvar
from accord.methods import pvar_data as pvar_data
from accord.methods import granger as granger
from accord.methods import responses as responses
from accord.methods import alternatives as alternatives
# isort: on


def _load(plugin: EntryPoint) -> None:
    """The methods of a third party; where they do not load, none of them stays and the study goes on."""
    before = dict(METHODS)
    try:
        plugin.load()
    except Exception as error:
        METHODS.clear()
        METHODS.update(before)
        said = f'the methods of "{plugin.name}" ({plugin.value}) were left out: {type(error).__name__}: {error}'
        warnings.warn(said, AccordWarning, stacklevel=2)


for _plugin in entry_points(group="accord.methods"):
    _load(_plugin)
