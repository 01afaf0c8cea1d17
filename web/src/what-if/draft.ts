/** A scenario while it is being changed: its figures as typed, what they cost, and what is plainly wrong with them. */
import type {
  ChangeScenarioInput,
  NeedTerm,
  PolicyKind,
  PoolKind,
  ScenarioPartsFragment,
} from "../gql/graphql";
import type { Refusal } from "../graphql/acts";
import i18n from "../words/i18n";

export const TERMS: readonly NeedTerm[] = ["GAP_TO_PATH", "LOW_LEVEL", "DISADVANTAGE", "TIER", "WAITING"];
export const POLICIES: readonly PolicyKind[] = ["FIRST_COME", "WORST_FIRST", "TIERED", "NEED_INDEX", "FIXED"];
export const HORIZONS: readonly number[] = [12, 24, 36, 48, 60, 72];

/** What a need index weighs as long as nobody has said otherwise; the same as the model's own. */
const USUAL_WEIGHTS: Record<NeedTerm, number> = {
  GAP_TO_PATH: 0.4,
  LOW_LEVEL: 0.2,
  DISADVANTAGE: 0.2,
  TIER: 0.1,
  WAITING: 0.1,
};

/** An amount as typed; null while it is no number. */
export type Amount = number | null;

export interface PoolDraft {
  poolId: string;
  kind: PoolKind;
  name: string;
  unit: string;
  unitCost: number;
  capacity: Record<number, Amount>;
}

export interface PinDraft {
  poolId: string;
  poolName: string;
  schoolId: string;
  schoolName: string;
}

export interface Draft {
  name: string;
  horizonMonths: number;
  pools: PoolDraft[];
  policy: PolicyKind;
  weights: Record<NeedTerm, Amount>;
  pins: PinDraft[];
  /** Dollars by fiscal year; a year that is missing has no limit. */
  budget: Record<number, Amount>;
}

/** The fiscal years that a scenario's horizon touches, named by their springs. */
export function yearsOf(scenario: Pick<ScenarioPartsFragment, "cost" | "allocation">): number[] {
  const years = scenario.cost.length
    ? scenario.cost.map(({ year }) => year)
    : scenario.allocation.flatMap(({ capacity }) => capacity.map(({ year }) => year));
  return [...new Set(years)].sort((one, other) => one - other);
}

export function draftOf(scenario: ScenarioPartsFragment): Draft {
  const given = Object.fromEntries(scenario.policy.weights.map(({ term, weight }) => [term, weight]));
  return {
    name: scenario.name,
    horizonMonths: scenario.horizonMonths,
    pools: scenario.allocation.map(({ pool, capacity }) => ({
      poolId: pool.id,
      kind: pool.kind,
      name: pool.name,
      unit: pool.unit,
      unitCost: pool.unitCost,
      capacity: Object.fromEntries(capacity.map(({ year, units }) => [year, units])),
    })),
    policy: scenario.policy.kind,
    weights: scenario.policy.weights.length
      ? (Object.fromEntries(TERMS.map((term) => [term, given[term] ?? 0])) as Record<NeedTerm, Amount>)
      : { ...USUAL_WEIGHTS },
    pins: scenario.policy.pins.map(({ pool, organization }) => ({
      poolId: pool.id,
      poolName: pool.name,
      schoolId: organization.id,
      schoolName: organization.name,
    })),
    budget: Object.fromEntries(scenario.budget.map(({ year, dollars }) => [year, dollars])),
  };
}

/** Everything a scenario may be changed to, in one input; pools keep their order, so a refusal's index finds its pool. */
export function inputOf(draft: Draft): Omit<ChangeScenarioInput, "id"> {
  const numbers = (amounts: Record<number, Amount>) =>
    Object.entries(amounts).flatMap(([year, amount]) => (amount === null ? [] : [[Number(year), amount] as const]));
  return {
    name: draft.name,
    horizonMonths: draft.horizonMonths,
    pools: draft.pools.map(({ poolId, capacity }) => ({
      poolId,
      capacity: numbers(capacity).map(([year, units]) => ({ year, units })),
    })),
    policy: {
      kind: draft.policy,
      weights: draft.policy === "NEED_INDEX" ? TERMS.map((term) => ({ term, weight: draft.weights[term] ?? 0 })) : [],
      pins: draft.pins.map(({ poolId, schoolId }) => ({ poolId, organizationId: schoolId })),
    },
    budget: numbers(draft.budget).map(([year, dollars]) => ({ year, dollars })),
  };
}

/** Whether an amount can be reckoned with: it is a number, and not less than nothing. */
export function countable(amount: Amount): amount is number {
  return amount !== null && amount >= 0;
}

/** What the allocation costs in one fiscal year, in dollars; null while one of its amounts cannot be. */
export function costOf(draft: Draft, year: number): number | null {
  let sum = 0;
  for (const { unitCost, capacity } of draft.pools) {
    const units = capacity[year] ?? (capacity[year] === null ? null : 0);
    if (!countable(units)) return null;
    sum += unitCost * units;
  }
  return sum;
}

export interface BudgetLine {
  year: number;
  /** Null while an amount of the year cannot be reckoned with. */
  spent: number | null;
  /** Null where the year has no limit. */
  budget: number | null;
  /** Negative where more is spent than there is; null without a limit or while it is not known. */
  left: number | null;
}

export function budgetLines(draft: Draft, years: readonly number[]): BudgetLine[] {
  return years.map((year) => {
    const spent = costOf(draft, year);
    const budget = draft.budget[year] ?? null;
    return { year, spent, budget, left: spent === null || !countable(budget) ? null : budget - spent };
  });
}

/** What can be seen to be wrong before the server is asked; it shapes its refusals as the server would. */
export function hints(draft: Draft, years: readonly number[]): Refusal[] {
  const found: Refusal[] = [];
  const amount = (value: Amount | undefined, field: string[]) => {
    if (value === null) found.push({ field, code: "INVALID", message: i18n.t("whatIf.notNumber") });
    else if (value !== undefined && value < 0) found.push({ field, code: "INVALID", message: i18n.t("whatIf.negative") });
  };
  draft.pools.forEach((pool, index) => {
    for (const year of years) amount(pool.capacity[year], ["pools", String(index), "capacity", String(year)]);
  });
  for (const year of years) amount(draft.budget[year], ["budget", String(year)]);
  if (draft.policy === "NEED_INDEX") for (const term of TERMS) amount(draft.weights[term], ["policy", "weights", term]);
  return found;
}

/** Whether every amount is a number, so that there is something to send. */
export function sendable(draft: Draft): boolean {
  const whole = (amounts: Record<string, Amount>) => Object.values(amounts).every((amount) => amount !== null);
  return draft.pools.every(({ capacity }) => whole(capacity)) && whole(draft.budget) && whole(draft.weights);
}

export function sameDraft(one: Draft, other: Draft): boolean {
  return JSON.stringify(inputOf(one)) === JSON.stringify(inputOf(other));
}

/** A round figure well above what a pool holds: the right end of its sliders. */
export function sliderEnd(pool: PoolDraft, years: readonly number[]): number {
  const most = Math.max(4, ...years.map((year) => pool.capacity[year] ?? 0));
  const power = 10 ** Math.floor(Math.log10(most * 2));
  return Math.ceil((most * 2) / power) * power;
}

/** One press of a slider: one unit, or for money a hundredth of the slider in a round figure. */
export function sliderStep(pool: PoolDraft, end: number): number {
  return pool.kind === "FUNDS" ? Math.max(1, 10 ** (Math.floor(Math.log10(end)) - 1)) : 1;
}

/** A free name for the next copy: "Baseline, variation 2". */
export function copyName(name: string, taken: readonly string[]): string {
  for (let n = 1; ; n += 1) {
    const candidate = i18n.t("whatIf.copyName", { name, n });
    if (!taken.includes(candidate)) return candidate;
  }
}
