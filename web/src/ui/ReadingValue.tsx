/** One reading. A value that is hidden, missing or does not apply looks its own way and says why; zero is a number. */
import { useTranslation } from "react-i18next";

import type { IndicatorWordsFragment, ReadingPartsFragment } from "../gql/graphql";
import i18n from "../words/i18n";
import { NBSP, number } from "../words/numbers";
import "./status.css";

const MARK = { SUPPRESSED: "suppressed", MISSING: "missing", NOT_APPLICABLE: "not-applicable" } as const;

export function isPercent({ unit }: Pick<IndicatorWordsFragment, "unit">): boolean {
  return unit === "%" || unit === "percent";
}

export function indicatorNumber(value: number, indicator: Pick<IndicatorWordsFragment, "decimals" | "unit">): string {
  const text = number(value, indicator.decimals);
  // Other units are longer; they are said once, in a heading.
  return isPercent(indicator) ? `${text}${NBSP}%` : text;
}

/** How far two values of an indicator are apart: percentages differ by points, not by percent. */
export function indicatorDifference(by: number, indicator: Pick<IndicatorWordsFragment, "decimals" | "unit">): string {
  const n = number(by, indicator.decimals);
  if (!isPercent(indicator)) return n;
  return i18n.t("points", { count: by, n }).replace(" ", NBSP);
}

interface ReadingValueProps {
  reading: ReadingPartsFragment | undefined;
  indicator: Pick<IndicatorWordsFragment, "decimals" | "unit">;
  detailed?: boolean;
}

export function ReadingValue({ reading, indicator, detailed = false }: ReadingValueProps) {
  const { t } = useTranslation();
  const state = reading?.state ?? "MISSING";
  if (reading !== undefined && state === "OBSERVED" && reading.value !== null) {
    return (
      <span className="reading">
        {indicatorNumber(reading.value, indicator)}
        {detailed && reading.standardError !== null && reading.standardError > 0 && (
          <span className="why"> {t("reading.error", { n: indicatorDifference(1.96 * reading.standardError, indicator) })}</span>
        )}
      </span>
    );
  }
  const shown = state === "OBSERVED" ? "MISSING" : state;
  const why = reading?.explanation ?? t(`reading.why.${shown}`);
  return (
    <span className={`reading-mark ${MARK[shown]}`} title={why}>
      <i aria-hidden="true" />
      {t(`reading.${shown}`)}
      {detailed ? <span>: {why}</span> : <span className="unseen">: {why}</span>}
    </span>
  );
}
