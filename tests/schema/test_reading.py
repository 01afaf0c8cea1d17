"""What can be asked, answered from PostgreSQL."""

from schema.relay import Kind, global_id
from storage.database import Database
from storage.unit_of_work import SqlUnitOfWork
from tests.schema.asking import Asker
from tests.storage import plan as plans
from tests.storage.plan import Plan

EVERYTHING = """
query ($state: ID!, $indicator: ID!) {
  viewer { signedIn name email mayPlanSupports home { name } grants { role organization { name } } }
  states { name }
  framework { key title version domains { key practices { key enactments(level: STATE) { key level text } } } }
  organizations(first: 2) { totalCount nodes { __typename name } pageInfo { hasNextPage hasPreviousPage endCursor } }
  node(id: $state) {
    id __typename
    ... on State {
      version kind name city identifiers { scheme value } opened closed generated parent { name } profile { year }
      milestoneCounts { total attained onTrack atRisk overdue cannotSay }
      goals { totalCount }
      districts { totalCount nodes { name schools { totalCount nodes { name district { name } } } } }
      schools(filter: {name: {contains: "e"}}, orderBy: NAME_DESC) {
        totalCount
        edges { cursor node { name level designation { kind } latestReadings { reading { value } indicator { name } }
          series(indicatorId: $indicator) { observedOn schoolYear reading { state value explanation } }
          assignments { doseShare support { name } pool { name } organization { name } goal { title } deliveries { on } }
          goals { nodes { title target { baseline aim due baselineOn } practice { key } indicator { name }
            observations { observedOn } milestones { title status goal { title } } } } } }
      }
      indicators { key unit } supports { name effect { mean meanInUse } } pools { name capacity { year units } }
      scenarios { totalCount nodes { name copiedFrom { name } } }
      baseline { name isBaseline allocation { pool { name } capacity { year units } } policy { kind weights { term }
        pins { pool { name } } } budget { year dollars } cost { year dollars budget } }
      forecasts { totalCount nodes { state } }
    }
  }
}
"""


async def test_a_planner_sees_the_whole_plan(planner: Asker, plan: Plan, database: Database) -> None:
    with SqlUnitOfWork(database.sessions()) as work:
        work.observations.add(plans.observation(plan.east, plan.reading, plans.date(2026, 5, 15), 48.0))
        work.assignments.add(plans.assignment(plan.coaching, plan.coaches, plan.east))
        work.commit()
    data = await planner.ask(
        EVERYTHING,
        state=global_id(Kind.ORGANIZATION, plan.state.id),
        indicator=global_id(Kind.INDICATOR, plan.reading.id),
    )
    import json

    print(json.dumps(data, indent=1)[:6000])
