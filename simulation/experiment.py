"""Running an experiment: batches of replications that may be computed anywhere, in any order, once or twice.

A batch is a pure function of the inputs (their seed included) and of its replications; all scenarios of an experiment
run on the same ones. In a process pool, ``prepare`` gives each worker the inputs once.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256
from multiprocessing import get_context

import numpy as np

from domain.errors import InvalidInput
from simulation.inputs import ExperimentInputs
from simulation.model import simulate
from simulation.population import draw_population
from simulation.reduction import Reduction
from simulation.statistics import BatchStatistics
from simulation.world import World, world_of

FIRST_BATCH = 2
LARGEST_BATCH = 10


@dataclass(frozen=True, slots=True)
class Batch:
    """The replications from ``first`` up to but not including ``last``."""

    first: int
    last: int


def plan_batches(replications: int) -> list[Batch]:
    """Split ``replications`` into batches: small ones first, so that a first estimate comes at once."""
    batches: list[Batch] = []
    first, size = 0, FIRST_BATCH
    while first < replications:
        last = min(first + size, replications)
        batches.append(Batch(first, last))
        first, size = last, min(LARGEST_BATCH, size * 2)
    return batches


def run_batch(inputs: ExperimentInputs, first: int, last: int) -> BatchStatistics:
    """Return the statistics of the replications from ``first`` up to but not including ``last``.

    Raises ``InvalidInput`` if there is none, and ``NotConserved`` if a run breaks a law that every run must keep.
    """
    if not 0 <= first < last:
        raise InvalidInput(f"There is no replication from {first} up to {last}.", field=("replications",))
    return _run(world_of(inputs), first, last)


def _run(world: World, first: int, last: int) -> BatchStatistics:
    statistics = BatchStatistics.empty(world.inputs, world, np.arange(first, last, dtype=np.int64))
    reduction = Reduction(world, statistics)
    for place, replication in enumerate(range(first, last)):
        population = draw_population(world, replication)
        for index, scenario in enumerate(world.inputs.scenarios):
            reduction.add(index, place, simulate(world, scenario, population))
    return statistics


_prepared: dict[str, World] = {}


def prepare(data: bytes) -> None:
    """Make this process ready for batches of the experiment whose ``ExperimentInputs.to_bytes`` is ``data``."""
    inputs_hash = sha256(data).hexdigest()
    if inputs_hash not in _prepared:
        _prepared.clear()
        _prepared[inputs_hash] = world_of(ExperimentInputs.from_bytes(data))


def run_prepared(inputs_hash: str, first: int, last: int) -> bytes:
    """Return ``run_batch`` of the experiment that this process was prepared for, as bytes."""
    if inputs_hash not in _prepared:
        raise InvalidInput(f"This process was not prepared for the experiment {inputs_hash}.", field=("inputsHash",))
    return _run(_prepared[inputs_hash], first, last).to_bytes()


def run_experiment(inputs: ExperimentInputs, replications: int, *, workers: int = 1) -> BatchStatistics:
    """Return the statistics of so many replications, the same whatever the number of ``workers``."""
    return reduce(BatchStatistics.merged, each_batch(inputs, plan_batches(replications), workers=workers))


def each_batch(inputs: ExperimentInputs, batches: list[Batch], *, workers: int = 1) -> Iterator[BatchStatistics]:
    """Yield the statistics of each batch, in the order of ``batches``, computed by so many processes."""
    if workers <= 1:
        for batch in batches:
            yield run_batch(inputs, batch.first, batch.last)
        return
    data = inputs.to_bytes()
    inputs_hash = sha256(data).hexdigest()
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=prepare, initargs=(data,)) as executor:
        running = [executor.submit(run_prepared, inputs_hash, batch.first, batch.last) for batch in batches]
        for future in running:
            yield BatchStatistics.from_bytes(future.result())
