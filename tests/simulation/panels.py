"""Made-up panels whose truth is known: the model of ``simulation.kalman``, drawn with a seed."""

from dataclasses import dataclass

import numpy as np

from simulation.panel import Panel


@dataclass(frozen=True, slots=True)
class Truth:
    """The parameters a made-up panel is drawn with, in its unit."""

    drift: float = 0.8
    year_shock_sd: float = 0.5
    district_shock_sd: float = 1.5
    reversion: float = 0.15
    walk_sd: float = 2.5
    long_run_sd: float = 11.0
    noise_floor_sd: float = 1.0
    noise_per_pupil_sd: float = 50.0


def made_up_panel(
    seed: int, schools: int = 600, years: int = 6, per_district: int = 10, truth: Truth | None = None
) -> Panel:
    truth = truth or Truth()
    random = np.random.default_rng(seed)
    district = np.arange(schools) // per_district
    long_run = truth.long_run_sd * random.standard_normal(schools)
    walk = float(np.hypot(truth.walk_sd, truth.district_shock_sd))
    settled = walk / float(np.sqrt(1.0 - (1.0 - truth.reversion) ** 2))
    level = long_run + settled * random.standard_normal(schools)
    tested = np.exp(random.normal(5.5, 0.6, schools))
    noise = np.sqrt(truth.noise_floor_sd**2 + truth.noise_per_pupil_sd**2 / tested)
    state = 55.0
    readings = np.empty((schools, years))
    for year in range(years):
        readings[:, year] = state + level + noise * random.standard_normal(schools)
        shared = truth.district_shock_sd * random.standard_normal(district.max() + 1)
        level = level + truth.reversion * (long_run - level) + shared[district]
        level = level + truth.walk_sd * random.standard_normal(schools)
        state += truth.drift + truth.year_shock_sd * random.standard_normal()
    return Panel(
        "score",
        tuple(f"S{row:04d}" for row in range(schools)),
        tuple(f"D{row:03d}" for row in district),
        ("E",) * schools,
        np.arange(2011, 2011 + years),
        readings,
        np.repeat(tested[:, None], years, axis=1),
        {},
        -50.0,
        150.0,
    )
