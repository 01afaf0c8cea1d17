/** What each chart shows, as one sentence: its accessible name, and its caption where it stands alone. */
import type {
  BandFragment,
  CountsFragment,
  IndicatorWordsFragment,
  MilestonePartsFragment,
  ReadingPartsFragment,
} from "../gql/graphql";
import { indicatorDifference, indicatorNumber } from "../ui/ReadingValue";
import { fullDate, monthAfter, monthOf, schoolYear } from "../words/dates";
import i18n from "../words/i18n";
import { interval, type Estimate } from "../words/chances";
import { number, plainNumber } from "../words/numbers";

type IndicatorShape = Pick<IndicatorWordsFragment, "name" | "decimals" | "unit">;

export interface YearReading {
  schoolYear: number;
  reading: ReadingPartsFragment;
}

/** The readings that were observed, oldest first. */
export function observed<T extends { reading: ReadingPartsFragment }>(readings: readonly T[]): (T & { value: number })[] {
  return readings.flatMap((one) =>
    one.reading.state === "OBSERVED" && one.reading.value !== null ? [{ ...one, value: one.reading.value }] : [],
  );
}

export function readingsSentence(indicator: IndicatorShape, readings: readonly YearReading[]): string {
  const seen = observed(readings);
  const first = seen[0];
  const last = seen.at(-1);
  if (!first || !last) return i18n.t("chart.noReadings", { name: indicator.name });
  const change = Number((last.value - first.value).toFixed(indicator.decimals));
  const by = indicatorDifference(Math.abs(change), indicator);
  const sentence = i18n.t("chart.readings", {
    count: seen.length,
    name: indicator.name,
    first: indicatorNumber(first.value, indicator),
    firstWhen: schoolYear(first.schoolYear),
    value: indicatorNumber(last.value, indicator),
    when: schoolYear(last.schoolYear),
    trend: change > 0 ? i18n.t("chart.rising", { by }) : change < 0 ? i18n.t("chart.falling", { by }) : i18n.t("chart.level"),
  });
  const gaps = readings.length - seen.length;
  return gaps > 0 ? `${sentence} ${i18n.t("chart.gaps", { count: gaps })}` : sentence;
}

export function countsSentence(counts: CountsFragment): string {
  return counts.total === 0 ? i18n.t("counts.none") : i18n.t("counts.sentence", { ...counts });
}

export function bandSentence(indicator: IndicatorShape, scenario: string, startsOn: string, points: readonly BandFragment[]): string {
  const last = points.at(-1);
  if (!last) return "";
  return i18n.t("chart.band", {
    scenario,
    p50: indicatorNumber(last.p50, indicator),
    p10: indicatorNumber(last.p10, indicator),
    p90: indicatorNumber(last.p90, indicator),
    when: monthOf(monthAfter(startsOn, last.month)),
  });
}

export function expectedSentence(scenario: string, estimate: Estimate, total: number): string {
  return i18n.t("chart.expected", { scenario, value: number(estimate.value, 1), total: number(total), interval: interval(estimate) });
}

export function differenceSentence(scenario: string, reference: string, words: string): string {
  return i18n.t("chart.difference", { scenario, reference, words });
}

export interface PoolMonth {
  month: number;
  capacity: number;
  inUse: number;
  waiting: number;
}

export function poolSentence(pool: string, startsOn: string, months: readonly PoolMonth[]): string {
  const busiest = months.reduce((most, month) => (month.inUse > most.inUse ? month : most), months[0] ?? { inUse: 0, capacity: 0 });
  const longest = months.reduce<PoolMonth | undefined>(
    (most, month) => (month.waiting > (most?.waiting ?? 0) ? month : most),
    undefined,
  );
  const facts = { pool, inUse: plainNumber(busiest.inUse), capacity: plainNumber(busiest.capacity) };
  if (!longest || longest.waiting < 0.05) return i18n.t("chart.poolNoQueue", facts);
  return i18n.t("chart.pool", {
    ...facts,
    waiting: plainNumber(longest.waiting),
    when: monthOf(monthAfter(startsOn, longest.month)),
  });
}

export function timelineSentence(milestones: readonly Pick<MilestonePartsFragment, "due" | "status">[]): string {
  const dues = milestones.map(({ due }) => due).sort();
  const first = dues[0];
  const last = dues.at(-1);
  if (first === undefined || last === undefined) return i18n.t("counts.none");
  return i18n.t("chart.timeline", {
    count: milestones.length,
    first: fullDate(first),
    last: fullDate(last),
    overdue: milestones.filter(({ status }) => status === "OVERDUE").length,
    atRisk: milestones.filter(({ status }) => status === "AT_RISK").length,
  });
}
