/** How answers are kept: what has an `id` is one record wherever it appears; everything else belongs to its owner. */
import type { Exchange } from "@urql/core";
import { cacheExchange, type Cache } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";

const OWNED = [
  "BandPoint",
  "Delivery",
  "Designation",
  "EffectCard",
  "Estimate",
  "ForecastOutcome",
  "Identifier",
  "MilestoneChance",
  "MilestoneCounts",
  "MonthOfPool",
  "NeedWeight",
  "PairedDifference",
  "Pin",
  "Policy",
  "PoolAllocation",
  "PoolUse",
  "Profile",
  "Reading",
  "RoleGrant",
  "ScenarioOutcome",
  "SchoolOutcome",
  "Target",
  "Unforecastable",
  "Viewer",
  "YearCost",
  "YearDollars",
  "YearUnits",
];

const CONNECTIONS = [
  "OrganizationConnection",
  "DistrictConnection",
  "SchoolConnection",
  "GoalConnection",
  "ScenarioConnection",
  "ForecastConnection",
  "PageInfo",
];

const ORGANIZATIONS = ["State", "District", "School", "Network"];

export function cache(): Exchange {
  return cacheExchange({
    keys: Object.fromEntries([...OWNED, ...CONNECTIONS].map((type) => [type, () => null])),
    possibleTypes: {
      Organization: ORGANIZATIONS,
      Node: [
        ...ORGANIZATIONS,
        "Indicator",
        "Observation",
        "Goal",
        "Milestone",
        "Support",
        "Pool",
        "Assignment",
        "Scenario",
        "Forecast",
      ],
    },
    resolvers: {
      State: { schools: relayPagination() },
      District: { schools: relayPagination() },
    },
    updates: {
      Mutation: {
        copyScenario: (_result, _variables, cache) => forgetScenarioLists(cache),
        removeScenario: (result, _variables, cache) => {
          const payload = result.removeScenario as { removedId?: string | null } | null;
          if (payload?.removedId) cache.invalidate({ __typename: "Scenario", id: payload.removedId });
          forgetScenarioLists(cache);
        },
      },
    },
  });
}

/** The lists of scenarios no longer hold; whoever shows one fetches it again. */
function forgetScenarioLists(cache: Cache): void {
  const states = cache.resolve("Query", "states");
  for (const state of Array.isArray(states) ? (states as string[]) : []) {
    for (const field of cache.inspectFields(state)) {
      if (field.fieldName === "scenarios") cache.invalidate(state, "scenarios", field.arguments ?? {});
    }
  }
}
