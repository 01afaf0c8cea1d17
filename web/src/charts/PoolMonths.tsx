/** One pool by month: how much of it is in use, and under that how many schools wait; one line a scenario. */
import { useTranslation } from "react-i18next";

import { monthAfter } from "../words/dates";
import { axisNumber } from "../words/numbers";
import { series } from "./Figure";
import { linear, path, roundUp, ticks } from "./scale";
import type { PoolMonth } from "./sentences";
import { useWidth } from "./useWidth";

const LEFT = 40;
const PANEL = 72;
const GAP = 28;
const HEIGHT = 2 * PANEL + 2 * GAP + 20;

export interface PoolSeries {
  scenario: string;
  series: number;
  months: readonly PoolMonth[];
}

export function PoolMonths({ lines, startsOn }: { lines: readonly PoolSeries[]; startsOn: string }) {
  const { t } = useTranslation();
  const [ref, width] = useWidth();
  const everyMonth = lines.flatMap(({ months }) => months);
  const last = Math.max(1, ...everyMonth.map(({ month }) => month));
  const mostUnits = roundUp(Math.max(1, ...everyMonth.map(({ inUse, capacity }) => Math.max(inUse, capacity))));
  const mostWaiting = roundUp(Math.max(1, ...everyMonth.map(({ waiting }) => waiting)));
  const x = linear([0, last], [LEFT, Math.max(LEFT + 1, width - 8)]);
  const use = linear([0, mostUnits], [GAP - 4 + PANEL, GAP - 4]);
  const queue = linear([0, mostWaiting], [2 * GAP + 2 * PANEL - 4, 2 * GAP + PANEL - 4]);
  const yearStarts = Array.from({ length: last + 1 }, (_, month) => month).filter(
    (month) => monthAfter(startsOn, month).getUTCMonth() === 0,
  );
  return (
    <div ref={ref} style={{ height: HEIGHT }}>
      {width > 0 && (
        <svg width={width} height={HEIGHT}>
          <text className="strong" x="0" y="12">
            {t("whatIf.utilization")}
          </text>
          <text className="strong" x="0" y={GAP + PANEL + 16}>
            {t("whatIf.waits")}
          </text>
          {[
            { scale: use, most: mostUnits },
            { scale: queue, most: mostWaiting },
          ].map(({ scale, most }, panel) =>
            ticks(0, most, 2).map((mark) => (
              <g key={`${panel}-${mark}`}>
                <line className="axis" x1={LEFT} x2={width - 8} y1={scale(mark)} y2={scale(mark)} />
                <text x={LEFT - 8} y={scale(mark) + 4} textAnchor="end">
                  {axisNumber(mark)}
                </text>
              </g>
            )),
          )}
          {yearStarts.map((month) => (
            <text key={month} x={x(month)} y={HEIGHT - 4} textAnchor="middle">
              {monthAfter(startsOn, month).getUTCFullYear()}
            </text>
          ))}
          {lines.map((line) => {
            const { colour, dash } = series(line.series);
            return (
              <g key={line.scenario} fill="none" stroke={colour}>
                <path d={steps(line.months.map(({ month, capacity }) => [x(month), use(capacity)]))} strokeWidth="1" opacity="0.6" strokeDasharray="1 3" />
                <path d={path(line.months.map(({ month, inUse }) => [x(month), use(inUse)]))} strokeWidth="2" strokeDasharray={dash} />
                <path d={path(line.months.map(({ month, waiting }) => [x(month), queue(waiting)]))} strokeWidth="2" strokeDasharray={dash} />
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}

/** A line that changes at once, as a capacity does. */
function steps(points: [number, number][]): string {
  return points.map(([x, y], index) => (index ? `H${x.toFixed(1)}V${y.toFixed(1)}` : `M${x.toFixed(1)} ${y.toFixed(1)}`)).join("");
}
