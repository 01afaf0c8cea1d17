/** Readings with their error bars, the path to the aim, milestones, and the forecast band of one or more scenarios. */
import { Fragment } from "react";
import { useTranslation } from "react-i18next";

import type { BandFragment, GoalPartsFragment, IndicatorWordsFragment, ObservationPartsFragment } from "../gql/graphql";
import { indicatorNumber } from "../ui/ReadingValue";
import { StatusMark, standing } from "../ui/Status";
import { day, instantAfter, today } from "../words/dates";
import { number } from "../words/numbers";
import { series } from "./Figure";
import { band, decimalsOf, extent, linear, path, spread, ticks, yearMarks, type Scale } from "./scale";
import { observed } from "./sentences";
import { useWidth } from "./useWidth";

export interface ForecastBand {
  scenario: string;
  startsOn: string;
  points: readonly BandFragment[];
  series: number;
}

const LETTER = 7.6; // pixels of a wide letter of a chart's words: room is kept for the longest name

interface TrajectoryProps {
  goal: Pick<GoalPartsFragment, "indicator" | "target" | "observations" | "milestones" | "direction">;
  bands?: readonly ForecastBand[];
  height?: number;
  /** Without axes and names, for a list of goals. */
  small?: boolean;
}

export function Trajectory({ goal, bands = [], height = 320, small = false }: TrajectoryProps) {
  const { t } = useTranslation();
  const [ref, width] = useWidth();
  const { indicator, target, observations } = goal;
  const seen = observed(observations);
  const now = today().getTime();
  const start = day(target.baselineOn).getTime();
  const due = day(target.due).getTime();
  const bandPoints = bands.map((one) => one.points.map((point) => ({ at: instantAfter(one.startsOn, point.month), ...point })));
  const shownMilestones = goal.milestones.filter(({ threshold }) => threshold !== null);

  const values = [
    target.baseline,
    target.aim,
    ...seen.flatMap(({ value, reading }) => {
      const error = 1.96 * (reading.standardError ?? 0);
      return [value - error, value + error];
    }),
    ...bandPoints.flat().flatMap(({ p10, p90 }) => [p10, p90]),
  ];
  const instants = [
    start,
    due,
    ...observations.map(({ observedOn }) => day(observedOn).getTime()),
    ...bandPoints.flat().map(({ at }) => at),
  ];
  const aimWords = `${t("goal.aim")} ${indicatorNumber(target.aim, indicator)}`;
  const left = small ? 4 : 40;
  const right = small ? 44 : Math.max(80, 16 + LETTER * aimWords.length);
  const bottom = small ? 8 : 32;
  const [from, to] = extent(instants, 0.02);
  const [low, high] = clamp(extent(values, 0.08), indicator);
  const x = linear([from, to], [left, Math.max(left + 1, width - right)]);
  const y = linear([low, high], [height - bottom, 12]);
  const marks = ticks(low, high, 5);

  const ends = [
    { name: aimWords, at: y(target.aim), colour: "var(--ink)" },
    ...bandPoints.flatMap((points, index) => {
      const last = points.at(-1);
      const one = bands[index];
      return last && one
        ? [{ name: indicatorNumber(last.p50, indicator), at: y(last.p50), colour: series(one.series).colour }]
        : [];
    }),
  ];
  const placed = spread(
    ends.map(({ at }) => at),
    15,
    12,
    height - bottom,
  );

  return (
    <div ref={ref} style={{ height }}>
      {width > 0 && (
        <svg width={width} height={height}>
          {!small && <Axes x={x} y={y} marks={marks} from={from} to={to} right={width - right} height={height - bottom} width={width} />}
          {now > from && now < to && (
            <g>
              <line x1={x(now)} x2={x(now)} y1={small ? 4 : 12} y2={height - bottom} stroke="var(--edge)" strokeDasharray="2 3" />
              {!small && (
                <text x={x(now)} y={height - bottom - 6} dx="4">
                  {t("chart.today")}
                </text>
              )}
            </g>
          )}
          {bandPoints.map((points, index) => {
            const { colour, dash } = series(bands[index]?.series ?? 0);
            const line = (key: "p10" | "p25" | "p50" | "p75" | "p90") => points.map((point) => [x(point.at), y(point[key])] as const);
            return (
              <g key={bands[index]?.scenario ?? index}>
                <path d={band(line("p90"), line("p10"))} fill={colour} opacity="0.12" />
                <path d={band(line("p75"), line("p25"))} fill={colour} opacity="0.18" />
                <path d={path(line("p50"))} fill="none" stroke={colour} strokeWidth="2" strokeDasharray={dash} />
              </g>
            );
          })}
          <line
            x1={x(start)}
            y1={y(target.baseline)}
            x2={x(due)}
            y2={y(target.aim)}
            stroke="var(--ink)"
            strokeWidth="1"
            strokeDasharray="6 4"
          />
          <Aim x={x(due)} y={y(target.aim)} />
          <Readings observations={observations} x={x} y={y} floor={height - bottom} small={small} />
          {!small &&
            shownMilestones.map((milestone) => (
              <g key={milestone.id} transform={`translate(${x(day(milestone.due).getTime()).toFixed(1)} ${y(milestone.threshold ?? 0).toFixed(1)}) scale(0.85)`}>
                <title>{milestone.title}</title>
                <circle r="10" fill="var(--paper)" />
                <StatusMark standing={standing(milestone.status)} />
              </g>
            ))}
          {!small &&
            ends.map(({ name, colour }, index) => (
              <text key={`${name}${index}`} className="strong" x={width - right + 8} y={(placed[index] ?? 0) + 4} style={{ fill: colour }}>
                {name}
              </text>
            ))}
          {small && (
            <text className="strong" x={width - right + 8} y={y(target.aim) + 4}>
              {number(target.aim, indicator.decimals)}
            </text>
          )}
        </svg>
      )}
    </div>
  );
}

function clamp([low, high]: [number, number], indicator: IndicatorWordsFragment): [number, number] {
  return [Math.max(low, indicator.lowest), Math.min(high, indicator.highest)];
}

interface AxesProps {
  x: Scale;
  y: Scale;
  marks: number[];
  from: number;
  to: number;
  right: number;
  height: number;
  width: number;
}

function Axes({ x, y, marks, from, to, right, height, width }: AxesProps) {
  const decimals = decimalsOf(marks);
  return (
    <g>
      {marks.map((mark) => (
        <g key={mark}>
          <line className="axis" x1="40" x2={right} y1={y(mark)} y2={y(mark)} />
          <text x="32" y={y(mark) + 4} textAnchor="end">
            {number(mark, decimals)}
          </text>
        </g>
      ))}
      {yearMarks(from, to, width < 520 ? 5 : 10).map((mark) => (
        <g key={mark}>
          <line className="axis" x1={x(mark)} x2={x(mark)} y1={height} y2={height + 5} />
          <text x={x(mark)} y={height + 20} textAnchor="middle">
            {new Date(mark).getUTCFullYear()}
          </text>
        </g>
      ))}
    </g>
  );
}

function Aim({ x, y }: { x: number; y: number }) {
  return (
    <g transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`} fill="none" stroke="var(--ink)" strokeWidth="1.5">
      <circle r="5.5" fill="var(--paper)" />
      <circle r="1.5" fill="var(--ink)" />
    </g>
  );
}

interface ReadingsProps {
  observations: readonly ObservationPartsFragment[];
  x: Scale;
  y: Scale;
  floor: number;
  small: boolean;
}

/** Annual readings are joined and solid, interim ones small and hollow; years without a value stand on the axis. */
function Readings({ observations, x, y, floor, small }: ReadingsProps) {
  const { t } = useTranslation();
  const annual = observed(observations.filter(({ occasion }) => occasion === "ANNUAL"));
  const radius = small ? 2.5 : 4;
  return (
    <g>
      <path
        d={path(annual.map(({ observedOn, value }) => [x(day(observedOn).getTime()), y(value)]))}
        fill="none"
        stroke="var(--accent)"
        strokeWidth="1.5"
        opacity="0.5"
      />
      {observations.map((one) => {
        const at = x(day(one.observedOn).getTime());
        const { state, value, standardError } = one.reading;
        if (state !== "OBSERVED" || value === null) {
          return small ? null : (
            <g key={one.id} transform={`translate(${at.toFixed(1)} ${floor - 7})`}>
              <title>{t(`reading.${state === "OBSERVED" ? "MISSING" : state}`)}</title>
              <Absent state={state} />
            </g>
          );
        }
        const error = 1.96 * (standardError ?? 0);
        const interim = one.occasion === "INTERIM";
        return (
          <Fragment key={one.id}>
            {error > 0 && !small && (
              <line x1={at} x2={at} y1={y(value - error)} y2={y(value + error)} stroke="var(--accent)" strokeWidth="1.5" opacity={interim ? 0.4 : 0.8} />
            )}
            <circle
              cx={at}
              cy={y(value)}
              r={interim ? radius - 1 : radius}
              fill={interim ? "var(--paper)" : "var(--accent)"}
              stroke={interim ? "var(--accent)" : "var(--paper)"}
              strokeWidth={interim ? 1.5 : 1}
            />
          </Fragment>
        );
      })}
    </g>
  );
}

function Absent({ state }: { state: string }) {
  if (state === "SUPPRESSED") {
    return <path d="M-5 4 L1 -4 M-1 4 L5 -4 M-5 0 L-2 -4 M2 4 L5 0" stroke="var(--soft)" strokeWidth="1.4" />;
  }
  if (state === "NOT_APPLICABLE") return <line x1="-4" x2="4" y1="0" y2="0" stroke="var(--soft)" strokeWidth="1.4" />;
  return <rect x="-5" y="-4" width="10" height="8" fill="none" stroke="var(--soft)" strokeDasharray="2 2" />;
}
