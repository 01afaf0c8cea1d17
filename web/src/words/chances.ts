/** Probabilities in words: "7 in 10" with the percentage beside it. */
import type { EstimatePartsFragment } from "../gql/graphql";
import i18n from "./i18n";
import { NBSP, number, percent } from "./numbers";

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

/** 64 to 79 % */
export function chanceInterval(estimate: Estimate): string {
  return i18n.t("interval.percents", { low: number(estimate.low * 100), high: number(estimate.high * 100) });
}

/** 3.8 to 8.4 */
export function interval(estimate: Estimate, decimals = 1): string {
  return i18n.t("interval.plain", { low: number(estimate.low, decimals), high: number(estimate.high, decimals) });
}

/** 6.1 more, 95 % interval 3.8 to 8.4; better in 99 of 100 worlds */
export function pairedDifference(difference: Estimate, probabilityBetter: number): string {
  const tenth = Math.round(difference.value * 10) / 10;
  const key = tenth > 0 ? "difference.more" : tenth < 0 ? "difference.fewer" : "difference.same";
  const signed = tenth < 0 ? { value: -difference.value, low: -difference.high, high: -difference.low } : difference;
  return i18n.t("difference.sentence", {
    amount: i18n.t(key, { n: number(Math.abs(tenth), 1) }),
    interval: interval(signed),
    worlds: worlds(probabilityBetter),
  });
}

/** better in 99 of 100 worlds */
export function worlds(probability: number): string {
  const hundredths = Math.round(probability * 100);
  if (probability >= 1) return i18n.t("difference.allWorlds");
  if (probability <= 0) return i18n.t("difference.noWorlds");
  return i18n.t("difference.worlds", { n: Math.min(99, Math.max(1, hundredths)) });
}

/** 2.4 months */
export function months(value: number): string {
  return i18n.t("duration.months", { count: Math.round(value * 10) / 10, n: number(value, value < 10 ? 1 : 0) }).replace(" ", NBSP);
}
