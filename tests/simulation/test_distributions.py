"""Tables stand for laws: their moments, their quantiles, and the same bits one by one or all at once."""

import numpy as np
import pytest
from scipy import stats

from simulation.distributions import Table, exponential, gamma, lognormal, normal

TABLES = [
    pytest.param(normal(), stats.norm(), id="normal"),
    pytest.param(lognormal(0.3, 0.5), stats.lognorm(np.log(1.25) ** 0.5, scale=0.3 / 1.25**0.5), id="lognormal"),
    pytest.param(gamma(7.0, 6.0), stats.gamma(6.0, scale=7.0 / 6.0), id="gamma"),
    pytest.param(exponential(60.0), stats.expon(scale=60.0), id="exponential"),
]


@pytest.mark.parametrize(("table", "law"), TABLES)
def test_a_table_has_the_quantiles_of_its_law(table: Table, law: "stats.rv_continuous") -> None:
    for share in (0.001, 0.1, 0.37, 0.5, 0.9, 0.999):
        assert table.at(share) == pytest.approx(float(law.ppf(share)), rel=2e-3, abs=1e-4)


@pytest.mark.parametrize(("table", "law"), TABLES)
def test_a_table_has_the_mean_and_spread_of_its_law(table: Table, law: "stats.rv_continuous") -> None:
    low, high = table.values[:-1], table.values[1:]
    mean = ((low + high) / 2).mean()
    square = ((low**2 + low * high + high**2) / 3).mean()
    assert mean == pytest.approx(float(law.mean()), rel=1e-4, abs=1e-9)
    assert (square - mean**2) ** 0.5 == pytest.approx(float(law.std()), rel=3e-3)


@pytest.mark.parametrize(("table", "law"), TABLES)
def test_one_by_one_and_all_at_once_give_the_same_bits(table: Table, law: object) -> None:
    shares = np.random.default_rng(5).random(2000)
    assert [table.at(float(share)) for share in shares] == table.of_each(shares).tolist()
