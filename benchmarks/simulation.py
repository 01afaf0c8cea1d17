"""How fast the simulation runs: 90 schools x 4 goals x 36 months x 200 replications x 2 scenarios.

.venv/bin/python -m benchmarks.simulation [--schools 90] [--replications 200] [--workers 2] [--policy NEED_INDEX]
"""

import argparse
import resource
import time

from simulation.experiment import each_batch, plan_batches, run_batch
from simulation.model import simulate
from simulation.output_analysis import conclude
from simulation.population import draw_population
from simulation.world import world_of
from tests.simulation.worlds import random_world


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schools", type=int, default=90)
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--policy", default="NEED_INDEX")
    options = parser.parse_args()
    inputs = random_world(3, schools=options.schools, policies=(options.policy,))
    world = world_of(inputs)
    run_batch(inputs, 0, 1)

    began = time.process_time()
    populations = [draw_population(world, replication) for replication in range(5)]
    drawing = (time.process_time() - began) / 5
    began = time.process_time()
    facts = sum(len(simulate(world, inputs.scenarios[0], population).facts) for population in populations)
    running = (time.process_time() - began) / 5
    print(f"population     {1e3 * drawing:8.1f} ms CPU a replication")
    print(
        f"one run        {1e3 * running:8.1f} ms CPU, {facts / 5:,.0f} facts ({options.schools} schools, 4 goals each)"
    )

    began = time.perf_counter()
    merged, earliest = None, 0.0
    sizes = []
    for statistics in each_batch(inputs, plan_batches(options.replications), workers=options.workers):
        earliest = earliest or time.perf_counter() - began
        sizes.append(len(statistics.to_bytes()))
        merged = statistics if merged is None else merged.merged(statistics)
    wall = time.perf_counter() - began
    if merged is None:
        return
    began = time.perf_counter()
    outcome = conclude(inputs, merged)
    concluding = time.perf_counter() - began
    print(f"first batch    {earliest:8.2f} s wall, processes started included")
    print(f"all batches    {wall:8.2f} s wall with {options.workers} workers, {options.replications} x 2 runs")
    print(f"conclude       {1e3 * concluding:8.1f} ms; largest batch {max(sizes) / 1e3:.0f} kB")
    half = outcome.scenarios[0].expected_attained.half_width
    print(f"precision      {half:8.2f} of {outcome.scenarios[0].milestones} milestones (95 % half-width)")
    print(f"peak memory    {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MiB (parent), "
          f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB (largest worker)")  # fmt: skip


if __name__ == "__main__":
    main()
