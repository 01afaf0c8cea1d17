"""A panel: the yearly readings of many schools on one indicator, as arrays.

Calibration and backtests read panels; imports and stored observations make them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Panel:
    """The readings of ``n`` units over ``t`` consecutive school years on one indicator.

    ``years``, shape (t,), ascending and consecutive, each named by its spring. ``readings``, shape (n, t), in the
    indicator's own unit; NaN where no reading exists. ``tested``, shape (n, t), pupils behind each reading, NaN where
    unknown. ``districts``, ``levels``: one label a unit ("" where unknown). ``covariates``: named arrays of shape
    (n, t) known at the end of each year (share disadvantaged, other indicators ...), NaN where unknown. ``lowest`` and
    ``highest`` bound what a reading can be.
    """

    indicator: str
    units: tuple[str, ...]
    districts: tuple[str, ...]
    levels: tuple[str, ...]
    years: NDArray[np.int64]
    readings: FloatArray
    tested: FloatArray
    covariates: dict[str, FloatArray]
    lowest: float
    highest: float
    higher_is_better: bool = True

    def up_to(self, year: int) -> "Panel":
        """Return what was known at the end of ``year``: no column of a later year is left."""
        known = self.years <= year
        return Panel(
            self.indicator,
            self.units,
            self.districts,
            self.levels,
            self.years[known],
            self.readings[:, known],
            self.tested[:, known],
            {name: column[:, known] for name, column in self.covariates.items()},
            self.lowest,
            self.highest,
            self.higher_is_better,
        )
