/** One reading. A value that is hidden, missing or does not apply looks its own way and says why; zero is a number. */
import { useTranslation } from "react-i18next";

import type { IndicatorWordsFragment, ReadingPartsFragment } from "../gql/graphql";
import { NBSP, number } from "../words/numbers";
import "./status.css";

const MARK = { SUPPRESSED: "suppressed", MISSING: "missing", NOT_APPLICABLE: "not-applicable" } as const;

/** Units that stand beside every number; longer ones are said once, in a heading. */
export function withUnit(text: string, unit: string): string {
  return unit === "%" || unit === "percent" ? `${text}${NBSP}%` : text;
}

export function indicatorNumber(value: number, indicator: Pick<IndicatorWordsFragment, "decimals" | "unit">): string {
  return withUnit(number(value, indicator.decimals), indicator.unit);
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
          <span className="why"> {t("reading.error", { n: number(1.96 * reading.standardError, indicator.decimals) })}</span>
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
