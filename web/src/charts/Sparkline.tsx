/** The last years of one indicator, small. All sparklines of an indicator share one scale of height, so slopes compare. */
import type { IndicatorWordsFragment } from "../gql/graphql";
import { linear, path } from "./scale";
import { observed, readingsSentence, type YearReading } from "./sentences";

const WIDTH = 96;
const HEIGHT = 28;
const SPAN = 0.25; // of the indicator's whole range: a typical school's six years fill about half the height

interface SparklineProps {
  indicator: Pick<IndicatorWordsFragment, "name" | "decimals" | "unit" | "lowest" | "highest">;
  readings: readonly YearReading[];
}

export function Sparkline({ indicator, readings }: SparklineProps) {
  const seen = observed(readings);
  const last = seen.at(-1);
  const sentence = readingsSentence(indicator, readings);
  if (!last) return <span className="unseen">{sentence}</span>;
  const values = seen.map(({ value }) => value);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const span = Math.max(SPAN * (indicator.highest - indicator.lowest), high - low);
  const middle = (low + high) / 2;
  const x = linear([readings[0]?.schoolYear ?? 0, readings.at(-1)?.schoolYear ?? 1], [4, WIDTH - 5]);
  const y = linear([middle - span / 2, middle + span / 2], [HEIGHT - 4, 4]);
  const runs: [number, number][][] = [];
  let previous = -Infinity;
  for (const { schoolYear, value } of seen) {
    if (schoolYear !== previous + 1) runs.push([]);
    runs.at(-1)?.push([x(schoolYear), y(value)]);
    previous = schoolYear;
  }
  const [lastX, lastY] = runs.at(-1)?.at(-1) ?? [0, 0];
  return (
    <svg className="sparkline" width={WIDTH} height={HEIGHT} role="img" aria-label={sentence}>
      {runs.map((run, index) => (
        <path key={index} d={path(run)} fill="none" stroke="var(--edge)" strokeWidth="1.5" strokeLinejoin="round" />
      ))}
      {runs.slice(0, -1).map((run, index) => {
        const from = run.at(-1);
        const to = runs[index + 1]?.[0];
        return from && to ? (
          <line key={`gap${index}`} x1={from[0]} y1={from[1]} x2={to[0]} y2={to[1]} stroke="var(--edge)" strokeDasharray="1 3" />
        ) : null;
      })}
      <circle cx={lastX} cy={lastY} r="3" fill="var(--accent)" />
    </svg>
  );
}
