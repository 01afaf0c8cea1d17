/** The chances of every milestone under every scenario, one line a milestone. */
import type { ForecastChancesQuery } from "../gql/graphql";
import { overlap, type Estimate } from "../words/chances";

type ForecastNode = Extract<NonNullable<ForecastChancesQuery["node"]>, { __typename: "Forecast" }>;
export type ChanceScenarios = NonNullable<ForecastNode["outcome"]>["scenarios"];

/** What a milestone is called and where it belongs. */
export interface MilestoneName {
  title: string;
  due: string;
  goalId: string;
  goalTitle: string;
  schoolName: string;
}

export interface ChanceLine extends MilestoneName {
  id: string;
  /** One entry a scenario, in the order of the forecast. */
  chances: (Estimate | undefined)[];
  /** The chance under the last scenario less that under the first. */
  gain: number;
  /** Whether the intervals of the two keep apart. */
  clear: boolean;
}

export const CHANCE_ORDERS = ["name", "due", "gain", "low"] as const;
export type ChanceOrder = (typeof CHANCE_ORDERS)[number];

const COMPARE: Record<ChanceOrder, (one: ChanceLine, other: ChanceLine) => number> = {
  gain: (one, other) => Number(other.clear) - Number(one.clear) || Math.abs(other.gain) - Math.abs(one.gain),
  low: (one, other) => (one.chances.at(-1)?.value ?? 2) - (other.chances.at(-1)?.value ?? 2),
  due: (one, other) => one.due.localeCompare(other.due),
  name: (one, other) => one.schoolName.localeCompare(other.schoolName) || one.due.localeCompare(other.due),
};

/** Lines for the milestones whose names are known; the others wait for theirs. */
export function chanceLines(scenarios: ChanceScenarios, names: ReadonlyMap<string, MilestoneName>): ChanceLine[] {
  const lines = new Map<string, ChanceLine>();
  scenarios.forEach(({ chances }, index) => {
    for (const { milestone, probability } of chances) {
      const name = milestone && names.get(milestone.id);
      if (!name) continue;
      const line = lines.get(milestone.id) ?? {
        id: milestone.id,
        ...name,
        chances: Array.from({ length: scenarios.length }, () => undefined),
        gain: 0,
        clear: false,
      };
      line.chances[index] = probability;
      lines.set(milestone.id, line);
    }
  });
  for (const line of lines.values()) {
    const first = line.chances[0];
    const last = line.chances.at(-1);
    if (!first || !last) continue;
    line.gain = last.value - first.value;
    line.clear = !overlap(first, last);
  }
  return [...lines.values()];
}

export function found(lines: readonly ChanceLine[], text: string, order: ChanceOrder): ChanceLine[] {
  const wanted = text.trim().toLocaleLowerCase();
  return lines
    .filter(({ title, goalTitle, schoolName }) => `${title} ${goalTitle} ${schoolName}`.toLocaleLowerCase().includes(wanted))
    .sort(COMPARE[order]);
}
