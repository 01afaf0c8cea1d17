/** The chance of every milestone under each scenario. Thousands of rows: only those in sight are drawn. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { UnforecastableDocument } from "../gql/graphql";
import { Bones } from "../ui/Skeleton";
import { useRowKeys } from "../ui/useRowKeys";
import { chanceInterval, inTen } from "../words/chances";
import { fullDate } from "../words/dates";
import { NBSP, number, percent } from "../words/numbers";
import { CHANCE_ORDERS, found, type ChanceLine, type ChanceOrder } from "./chanceLines";
import { useChances } from "./useChances";
import type { ViewProps } from "./Views";

interface ChancesProps extends ViewProps {
  chooseGoal: (id: string) => void;
}

export default function Chances({ chooseGoal, ...facts }: ChancesProps) {
  const { t } = useTranslation();
  const id = useId();
  const [text, setText] = useState("");
  const [order, setOrder] = useState<ChanceOrder>("name");
  const chances = useChances(facts);
  const shown = useMemo(() => (chances ? found(chances.lines, text, order) : []), [chances, text, order]);
  if (!chances) return <Bones rows={8} height={48} />;
  return (
    <div>
      <div className="view-tools">
        <div className="field">
          <label htmlFor={`${id}q`}>{t("whatIf.searchMilestones")}</label>
          <input id={`${id}q`} className="input" type="search" value={text} onChange={(event) => setText(event.target.value)} />
        </div>
        <div className="field">
          <label htmlFor={`${id}order`}>{t("whatIf.sortBy")}</label>
          <select
            id={`${id}order`}
            className="select"
            value={order}
            onChange={(event) => setOrder(CHANCE_ORDERS.find((one) => one === event.target.value) ?? "name")}
          >
            {CHANCE_ORDERS.map((one) => (
              <option key={one} value={one}>
                {t(`whatIf.sort.${one}`)}
              </option>
            ))}
          </select>
        </div>
      </div>
      <p className="soft small" role="status">
        {t("counts.total", { count: shown.length })}
      </p>
      {chances.scenarios.length > 1 && <p className="soft small view-note">{t("whatIf.gainUnclear")}</p>}
      <Rows key={`${text} ${order}`} lines={shown} names={chances.scenarios} chooseGoal={chooseGoal} />
      <Unforecastable forecastId={facts.forecastId} />
    </div>
  );
}

/** The goals that have no forecast, each with why. */
function Unforecastable({ forecastId }: { forecastId: string }) {
  const { t } = useTranslation();
  const [{ data }] = useQuery({ query: UnforecastableDocument, variables: { id: forecastId } });
  const refused = data?.node?.__typename === "Forecast" ? (data.node.outcome?.unforecastable ?? []) : [];
  if (refused.length === 0) return null;
  return (
    <details className="unforecastable">
      <summary>{t("whatIf.cannot", { count: refused.length })}</summary>
      <ul>
        {refused.map(({ goal, message }, index) => (
          <li key={goal?.id ?? index}>
            <strong>{goal ? `${goal.organization.name}: ${goal.title}` : ""}</strong>
            <span className="soft small block">{message}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

interface RowsProps {
  lines: readonly ChanceLine[];
  names: readonly string[];
  chooseGoal: (id: string) => void;
}

function Rows({ lines, names, chooseGoal }: RowsProps) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const onKeyDown = useRowKeys();
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 80,
    overscan: 8,
    getItemKey: (index) => lines[index]?.id ?? index,
  });
  const columns = { "--scenarios": names.length } as React.CSSProperties;
  return (
    <div className="chance-table" role="table" aria-label={t("whatIf.views.milestones")} aria-rowcount={lines.length + 1} style={columns}>
      <div role="rowgroup">
        <div role="row" className="chance-row chance-head" aria-rowindex={1}>
          <span role="columnheader">{t("milestone.title")}</span>
          {names.map((name, index) => (
            <span key={index} role="columnheader">
              {name}
            </span>
          ))}
        </div>
      </div>
      <div ref={scroller} className="view-scroll" role="rowgroup" tabIndex={0} aria-label={t("whatIf.views.milestones")} onKeyDown={onKeyDown}>
        <div role="presentation" style={{ height: rows.getTotalSize(), position: "relative" }}>
          {rows.getVirtualItems().map(({ index, start, key }) => {
            const line = lines[index];
            return line ? (
              <div
                key={key}
                ref={rows.measureElement}
                data-index={index}
                role="row"
                aria-rowindex={index + 2}
                className="chance-row"
                style={{ transform: `translateY(${start}px)` }}
              >
                <span role="rowheader">
                  <button type="button" className="row-link" data-row onClick={() => chooseGoal(line.goalId)}>
                    {line.title}
                  </button>
                  <span className="soft small block">
                    {line.schoolName} · {fullDate(line.due)}
                  </span>
                </span>
                {line.chances.map((estimate, at) => (
                  <span key={at} role="cell" data-label={names[at]}>
                    {estimate && (
                      <>
                        <span className="nowrap">
                          {inTen(estimate.value)} <span className="soft">{percent(estimate.value)}</span>
                        </span>
                        <span className="soft small block">{chanceInterval(estimate)}</span>
                        {at > 0 && at === line.chances.length - 1 && <Gain line={line} />}
                        <ChanceBar low={estimate.low} high={estimate.high} value={estimate.value} series={at} />
                      </>
                    )}
                    {!estimate && NBSP}
                  </span>
                ))}
              </div>
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
}

/** The change from the first scenario to the last in points; lighter where the two may be the same. */
function Gain({ line: { gain, clear } }: { line: ChanceLine }) {
  const { t } = useTranslation();
  if (gain === 0) return null;
  const points = `${gain < 0 ? "−" : "+"}${t("points", { count: Math.round(Math.abs(gain) * 100), n: number(Math.abs(gain) * 100) })}`;
  return <span className={clear ? "small block" : "soft small block"}>{clear ? points : `${points}, ${t("difference.unclearWord")}`}</span>;
}

/** From never to always on one line, the interval on it. */
function ChanceBar({ low, high, value, series }: { low: number; high: number; value: number; series: number }) {
  return (
    <span className={`chance-bar of${Math.min(series, 3)}`} aria-hidden="true">
      <i style={{ left: `${low * 100}%`, width: `${(high - low) * 100}%` }} />
      <b style={{ left: `${value * 100}%` }} />
    </span>
  );
}
