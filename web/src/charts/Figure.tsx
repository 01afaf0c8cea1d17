/** A chart with its sentence and its twin: the same numbers as a table, one press away. */
import { useId, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import "./charts.css";

interface FigureProps {
  title: ReactNode;
  sentence: string;
  /** Shows the sentence under the chart; otherwise only a screen reader says it. */
  captioned?: boolean;
  chart: ReactNode;
  table: ReactNode;
  legend?: ReactNode;
}

export function Figure({ title, sentence, captioned = false, chart, table, legend }: FigureProps) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const body = useId();
  return (
    <figure className="figure">
      <div className="figure-head">
        <div className="figure-title">{title}</div>
        <button
          type="button"
          className="button quiet compact small"
          aria-expanded={asTable}
          aria-controls={body}
          onClick={() => setAsTable((was) => !was)}
        >
          {t(asTable ? "app.plot" : "app.table")}
        </button>
      </div>
      {legend !== undefined && !asTable && <div className="figure-legend">{legend}</div>}
      <div id={body}>
        {asTable ? (
          // A table wider than the page scrolls inside; the keyboard has to reach it for that.
          <div className="scroll" tabIndex={0} role="group" aria-label={sentence}>
            {table}
          </div>
        ) : (
          <div role="img" aria-label={sentence}>
            {chart}
          </div>
        )}
      </div>
      {captioned && (
        <figcaption className="soft small" aria-hidden="true">
          {sentence}
        </figcaption>
      )}
    </figure>
  );
}

/** How a scenario is drawn in every chart: by colour and by dash, the reference in grey. */
export const SERIES = [
  { colour: "var(--reference)", dash: "5 3" },
  { colour: "var(--accent)", dash: undefined },
  { colour: "var(--second)", dash: "8 3 2 3" },
  { colour: "var(--third)", dash: "2 3" },
] as const;

export function series(index: number): { colour: string; dash: string | undefined } {
  return SERIES[index % SERIES.length] ?? SERIES[0];
}

export function SeriesKey({ index, name }: { index: number; name: string }) {
  const { colour, dash } = series(index);
  return (
    <span className="series-key">
      <svg width="24" height="8" aria-hidden="true">
        <line x1="0" x2="24" y1="4" y2="4" stroke={colour} strokeWidth="2.5" strokeDasharray={dash} />
      </svg>
      {name}
    </span>
  );
}
