/** Probabilities in words: "7 in 10" with the percentage beside it. */
import type { EstimatePartsFragment } from "../gql/graphql";
import i18n from "./i18n";
import { hundredths, NBSP, number, percent } from "./numbers";

export type Estimate = Pick<EstimatePartsFragment, "value" | "low" | "high">;

/** How often it comes out so, in the smallest honest whole numbers: tenths, near the ends hundredths. */
export function inTen(probability: number): string {
  if (probability <= 0) return i18n.t("chance.never");
  if (probability >= 1) return i18n.t("chance.always");
  const hundredths = Math.round(probability * 100);
  if (hundredths < 1) return i18n.t("chance.rarely");
  if (hundredths > 99) return i18n.t("chance.nearlyAlways");
  if (hundredths < 5 || hundredths > 95) return i18n.t("chance.inHundred", { n: hundredths });
  const tenths = Math.min(9, Math.max(1, Math.round(probability * 10)));
  return i18n.t("chance.inTen", { n: tenths });
}

/** 7 in 10 (72 %) */
export function chance(probability: number): string {
  return `${inTen(probability)} (${percent(probability)})`;
}

/** An interval of a share may be computed to reach past what can be; it is shown as far as it can. */
function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** 64 to 79 %; rounded as the share itself, so that "> 99 %" does not stand over "100 to 100 %". */
export function chanceInterval(estimate: Estimate): string {
  const low = hundredths(share(estimate.low));
  const high = hundredths(share(estimate.high));
  return low === high && estimate.low !== estimate.high ? `${low}${NBSP}%` : i18n.t("interval.percents", { low, high });
}

/** 3.8 to 8.4 */
export function interval(estimate: Estimate, decimals = 1): string {
  return i18n.t("interval.plain", { low: number(estimate.low, decimals), high: number(estimate.high, decimals) });
}

/** 6.1 more, 95 % interval 3.8 to 8.4; better in 99 of 100 worlds */
export function pairedDifference(difference: Estimate, probabilityBetter: number, replications: number): string {
  return i18n.t("difference.sentence", {
    amount: moreOrFewer(difference.value),
    interval: differenceInterval(difference),
    worlds: worlds(probabilityBetter, replications),
  });
}

/** The interval of a difference: bare numbers while its ends agree in sign, "1.2 fewer to 3.4 more" where they do not. */
export function differenceInterval({ low, high }: Estimate): string {
  const ends = [low, high].map((end) => Math.round(end * 10) / 10);
  if (ends.every((end) => end >= 0)) return interval({ value: 0, low, high });
  if (ends.every((end) => end <= 0)) return interval({ value: 0, low: -high, high: -low });
  return i18n.t("interval.words", { low: moreOrFewer(low), high: moreOrFewer(high) });
}

function moreOrFewer(value: number): string {
  const tenth = Math.round(value * 10) / 10;
  const key = tenth > 0 ? "difference.more" : tenth < 0 ? "difference.fewer" : "difference.same";
  return i18n.t(key, { n: number(Math.abs(tenth), 1) });
}

/** better in 99 of 100 worlds; of as many as there are while they are fewer */
export function worlds(probability: number, replications: number): string {
  if (probability >= 1) return i18n.t("difference.allWorlds", { of: number(replications) });
  if (probability <= 0) return i18n.t("difference.noWorlds", { of: number(replications) });
  const of = Math.min(100, replications);
  return i18n.t("difference.worlds", { n: Math.min(of - 1, Math.max(1, Math.round(probability * of))), of });
}

/** Whether two estimates may be the same for all that is known: their intervals have something in common. */
export function overlap(one: Estimate, other: Estimate): boolean {
  return one.low <= other.high && other.low <= one.high;
}

/** 2.4 months */
export function months(value: number): string {
  return i18n.t("duration.months", { count: Math.round(value * 10) / 10, n: number(value, value < 10 ? 1 : 0) }).replace(" ", NBSP);
}
