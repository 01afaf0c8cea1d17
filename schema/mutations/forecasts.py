"""Asking for a forecast, calling it off, and following it while it becomes more exact."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from domain.errors import ImprovementError, InvalidInput
from domain.forecasts import MOST_SCENARIOS
from domain.identity import ForecastId, ScenarioId
from schema.context import Info
from schema.errors import NothingThere, UserError
from schema.forecasts import Forecast
from schema.mutations.performing import ASKED, check, idempotency_key, perform, refused
from schema.relay import Kind, identity_of, node_of, read_id
from schema.scalars import given
from simulation import forecasting


@strawberry.input(description="A forecast to run.")
class RunForecastInput:
    """A forecast to run."""

    scenario_ids: list[strawberry.ID] = strawberry.field(
        description=f"1 to {MOST_SCENARIOS} scenarios of one state; the others are compared with the first."
    )
    replications: int | None = strawberry.field(
        default=forecasting.DEFAULT_REPLICATIONS,
        description="How many possible futures to compute for each scenario: 20 to 20,000.",
    )
    seed: float | None = strawberry.field(
        default=UNSET,
        description="The whole number from which all draws follow, 0 to 9007199254740991; drawn if it is not given.",
    )
    idempotency_key: str | None = idempotency_key()

    def whole_seed(self) -> int | None:
        """Return the seed; raises ``InvalidInput`` unless it is a whole number."""
        seed = given(self.seed)
        if seed is not None and not seed.is_integer():
            raise InvalidInput(f"A seed is a whole number; {seed:g} is not.", field=("seed",))
        return None if seed is None else int(seed)

    def identities(self) -> list[ScenarioId]:
        """Return which scenarios; raises ``InvalidInput`` or ``NotFound``."""
        if len(self.scenario_ids) > MOST_SCENARIOS:
            raise InvalidInput(
                f"A forecast takes 1 to {MOST_SCENARIOS} scenarios, not {len(self.scenario_ids)}.",
                field=("scenarioIds",),
            )
        return [
            ScenarioId(identity_of(held, Kind.SCENARIO, "scenarioIds", place))
            for place, held in enumerate(self.scenario_ids)
        ]


@strawberry.input(description="A forecast to call off.")
class CancelForecastInput:
    """A forecast to call off."""

    id: strawberry.ID = strawberry.field(description="Which forecast; one that has not ended.")
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="What became of asking for a forecast or calling it off.")
class ForecastPayload:
    """What became of asking for a forecast or calling it off."""

    forecast: Forecast | None = strawberry.field(
        default=None, description="The forecast as it is now; null if it was refused."
    )
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty if it was done."
    )


@strawberry.type
class ForecastMutations:
    """What may be asked of forecasts."""

    @strawberry.mutation(
        description="Freeze the plan and put a forecast of some scenarios in the queue; follow it by "
        "`forecastProgress`."
    )
    async def run_forecast(self, info: Info, input: Annotated[RunForecastInput, ASKED]) -> ForecastPayload:  # noqa: A002
        try:
            check(input)
            forecast_id = await perform(
                info,
                forecasting.request_forecast,
                input,
                scenario_ids=input.identities(),
                replications=(forecasting.DEFAULT_REPLICATIONS if input.replications is None else input.replications),
                seed=input.whole_seed(),
            )
        except ImprovementError as refusal:
            return ForecastPayload(errors=refused(refusal, input))
        return ForecastPayload(forecast=await node_of(info.context, Kind.FORECAST, forecast_id))

    @strawberry.mutation(description="Call a forecast off; what it has come to so far stays.")
    async def cancel_forecast(self, info: Info, input: Annotated[CancelForecastInput, ASKED]) -> ForecastPayload:  # noqa: A002
        try:
            check(input)
            forecast_id = await perform(
                info,
                forecasting.cancel_forecast,
                input,
                forecast_id=ForecastId(identity_of(input.id, Kind.FORECAST, "id")),
            )
        except ImprovementError as refusal:
            return ForecastPayload(errors=refused(refusal, input))
        return ForecastPayload(forecast=await node_of(info.context, Kind.FORECAST, forecast_id))


@strawberry.type(description="What may be followed.")
class Subscription:
    """What a client may follow."""

    @strawberry.subscription(
        description="The forecast each time it has become more exact, starting with how it stands now; completes when "
        "the forecast has ended."
    )
    async def forecast_progress(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Which forecast.")],  # noqa: A002
    ) -> AsyncGenerator[Forecast, None]:
        context = info.context
        named = read_id(id)
        if named is None or named[0] is not Kind.FORECAST:
            raise NothingThere("forecast")
        forecast_id = ForecastId(named[1])
        told: Any = None
        async with aclosing(context.progress(forecast_id)) as wakes:  # type: ignore[type-var]
            async for _ in wakes:
                await context.renew()
                forecast: Forecast | None = await node_of(context, Kind.FORECAST, forecast_id)
                if forecast is None:
                    raise NothingThere("forecast")
                replications = await context.batches.load(context.reader.replications_told, forecast_id)
                standing = (forecast.state, forecast.done, replications)
                if standing != told:
                    told = standing
                    yield forecast
                if not forecast.state.open:
                    return
