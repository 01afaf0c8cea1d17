/** Milestones of several goals on one axis of time, a row a goal, each as the shape of its status. */
import { useTranslation } from "react-i18next";

import type { MilestonePartsFragment } from "../gql/graphql";
import { StatusMark, standing } from "../ui/Status";
import { day, today } from "../words/dates";
import { extent, linear, yearMarks } from "./scale";
import { useWidth } from "./useWidth";

const ROW = 40;

export interface MilestoneRow {
  key: string;
  label: string;
  milestones: readonly MilestonePartsFragment[];
}

export function MilestoneLine({ rows }: { rows: readonly MilestoneRow[] }) {
  const { t } = useTranslation();
  const [ref, width] = useWidth();
  const now = today().getTime();
  const [from, to] = extent([now, ...rows.flatMap(({ milestones }) => milestones.map(({ due }) => day(due).getTime()))], 0.04);
  const x = linear([from, to], [12, Math.max(13, width - 12)]);
  const height = rows.length * ROW + 24;
  return (
    <div ref={ref} style={{ height }}>
      {width > 0 && (
        <svg width={width} height={height}>
          {yearMarks(from, to, width < 520 ? 4 : 10).map((mark) => (
            <g key={mark}>
              <line className="axis" x1={x(mark)} x2={x(mark)} y1="0" y2={height - 20} />
              <text x={x(mark)} y={height - 6} textAnchor="middle">
                {new Date(mark).getUTCFullYear()}
              </text>
            </g>
          ))}
          <line x1={x(now)} x2={x(now)} y1="0" y2={height - 20} stroke="var(--edge)" strokeDasharray="2 3" />
          {rows.map((row, index) => (
            <g key={row.key} transform={`translate(0 ${index * ROW + 26})`}>
              <line className="axis" x1="0" x2={width} y1="0" y2="0" />
              {row.milestones.map((milestone) => (
                <g key={milestone.id} transform={`translate(${x(day(milestone.due).getTime()).toFixed(1)} 0)`}>
                  <title>{`${milestone.title}: ${t(`status.${standing(milestone.status)}`)}`}</title>
                  <circle r="9" fill="var(--paper)" />
                  <StatusMark standing={standing(milestone.status)} />
                </g>
              ))}
              <text className="halo" x="0" y="-12">
                {row.label}
              </text>
            </g>
          ))}
          <text className="halo" x={x(now)} y={height - 6} textAnchor="middle">
            {t("chart.today")}
          </text>
        </svg>
      )}
    </div>
  );
}
