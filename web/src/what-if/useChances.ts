/** The chances of a forecast with the names of their milestones, which are asked for once and apart. */
import { useMemo } from "react";
import { useQuery } from "urql";

import { ForecastChancesDocument, MilestoneWordsDocument, PlannedMilestonesDocument } from "../gql/graphql";
import { chanceLines, type ChanceLine, type MilestoneName } from "./chanceLines";
import { useFresh } from "./useFresh";
import type { ViewProps } from "./Views";

const MOST_AT_ONCE = 100; // ids that one `nodes` query takes

export function useChances({ stateId, forecastId, done, ended }: ViewProps): { lines: ChanceLine[]; scenarios: string[] } | undefined {
  const { data } = useFresh(ForecastChancesDocument, { id: forecastId }, done, ended);
  const scenarios = data?.node?.__typename === "Forecast" ? data.node.outcome?.scenarios : undefined;
  const [{ data: plan }] = useQuery({ query: PlannedMilestonesDocument, variables: { state: stateId } });
  const planned = useMemo(() => {
    const names = new Map<string, MilestoneName>();
    for (const school of plan?.node?.__typename === "State" ? plan.node.schools.nodes : []) {
      for (const goal of school.goals.nodes) {
        for (const { id, title, due } of goal.milestones) {
          names.set(id, { title, due, goalId: goal.id, goalTitle: goal.title, schoolName: school.name });
        }
      }
    }
    return names;
  }, [plan]);

  // Milestones of organizations that are not identified for support are few; their names are fetched by id.
  const unnamed = useMemo(() => {
    if (!plan || !scenarios) return [];
    const ids = scenarios.flatMap(({ chances }) => chances.flatMap(({ milestone }) => (milestone ? [milestone.id] : [])));
    return [...new Set(ids)].filter((id) => !planned.has(id)).slice(0, MOST_AT_ONCE);
  }, [plan, scenarios, planned]);
  const [{ data: others }] = useQuery({ query: MilestoneWordsDocument, variables: { ids: unnamed }, pause: unnamed.length === 0 });

  const lines = useMemo(() => {
    if (!scenarios || !plan) return undefined;
    const names = new Map(planned);
    for (const node of others?.nodes ?? []) {
      if (node?.__typename !== "Milestone") continue;
      const { title, due, goal } = node;
      names.set(node.id, { title, due, goalId: goal.id, goalTitle: goal.title, schoolName: goal.organization.name });
    }
    return chanceLines(scenarios, names);
  }, [scenarios, plan, planned, others]);

  return lines && scenarios && { lines, scenarios: scenarios.map(({ scenarioName }) => scenarioName) };
}
