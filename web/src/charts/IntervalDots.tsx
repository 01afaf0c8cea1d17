/** Estimates one under the other on one shared axis: a dot for the value, a line for its 95 % interval. */
import { number } from "../words/numbers";
import type { Estimate } from "../words/chances";
import { series } from "./Figure";
import { decimalsOf, extent, linear, ticks } from "./scale";
import { useWidth } from "./useWidth";

const INSET = 12;
const ROW = 24;

export interface DotRow {
  key: string;
  label: React.ReactNode;
  words: React.ReactNode;
  estimate: Estimate;
  series: number;
}

interface IntervalDotsProps {
  rows: readonly DotRow[];
  /** Draws a line at this value and keeps it on the axis. */
  zero?: number;
}

export function IntervalDots({ rows, zero }: IntervalDotsProps) {
  const [ref, width] = useWidth();
  const values = rows.flatMap(({ estimate }) => [estimate.low, estimate.high]);
  const domain = extent(zero === undefined ? values : [...values, zero], 0.06);
  const x = linear(domain, [INSET, Math.max(INSET + 1, width - INSET)]);
  const marks = ticks(domain[0], domain[1], width < 360 ? 3 : 5);
  const decimals = decimalsOf(marks);
  return (
    <div ref={ref} className="dots" style={{ minHeight: rows.length * (ROW + 32) + 24 }}>
      {width > 0 && (
        <>
          {rows.map((row) => {
            const { colour } = series(row.series);
            return (
              <div key={row.key} className="dots-row">
                <div className="dots-words">
                  <strong>{row.label}</strong>
                  <span>{row.words}</span>
                </div>
                <svg width={width} height={ROW}>
                  {marks.map((mark) => (
                    <line key={mark} className="axis" x1={x(mark)} x2={x(mark)} y1="0" y2={ROW} />
                  ))}
                  {zero !== undefined && <line className="axis-zero" x1={x(zero)} x2={x(zero)} y1="0" y2={ROW} />}
                  <line
                    x1={x(row.estimate.low)}
                    x2={x(row.estimate.high)}
                    y1={ROW / 2}
                    y2={ROW / 2}
                    stroke={colour}
                    strokeWidth="3"
                    strokeLinecap="round"
                    opacity="0.55"
                  />
                  <circle cx={x(row.estimate.value)} cy={ROW / 2} r="6" fill={colour} stroke="var(--paper)" strokeWidth="1.5" />
                </svg>
              </div>
            );
          })}
          <svg width={width} height="20">
            {marks.map((mark) => (
              <text key={mark} x={x(mark)} y="14" textAnchor="middle">
                {zero !== undefined && mark > 0 ? "+" : ""}
                {number(mark, decimals)}
              </text>
            ))}
          </svg>
        </>
      )}
    </div>
  );
}
