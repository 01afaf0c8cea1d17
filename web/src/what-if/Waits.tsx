/** The queue and use of each pool under each scenario: by month as a chart, in sum as numbers. */
import { useTranslation } from "react-i18next";

import { Figure, SeriesKey } from "../charts/Figure";
import { PoolMonths } from "../charts/PoolMonths";
import { poolSentence } from "../charts/sentences";
import { ForecastPoolsDocument, type ForecastPoolsQuery } from "../gql/graphql";
import { Bones } from "../ui/Skeleton";
import { chanceInterval, interval, months } from "../words/chances";
import { monthAfter, monthOf } from "../words/dates";
import { number, percent, plainNumber } from "../words/numbers";
import { useFresh } from "./useFresh";
import type { ViewProps } from "./Views";

type ForecastNode = Extract<NonNullable<ForecastPoolsQuery["node"]>, { __typename: "Forecast" }>;
type PoolUse = NonNullable<ForecastNode["outcome"]>["scenarios"][number]["pools"][number];

export function Waits({ forecastId, done, ended }: ViewProps) {
  const { t } = useTranslation();
  const { data } = useFresh(ForecastPoolsDocument, { id: forecastId }, done, ended);
  const forecast = data?.node?.__typename === "Forecast" ? data.node : undefined;
  const scenarios = forecast?.outcome?.scenarios;
  if (!forecast || !scenarios) return <Bones rows={4} height={120} />;
  const pools = scenarios[0]?.pools.flatMap(({ pool }) => (pool ? [pool] : [])) ?? [];
  return (
    <div className="waits">
      <p className="soft small">{t("whatIf.waitNote")}</p>
      {pools.map((pool) => (
        <PoolFigure
          key={pool.id}
          name={pool.name}
          startsOn={forecast.startsOn}
          uses={scenarios.flatMap(({ scenarioName, pools }, index) => {
            const use = pools.find((one) => one.pool?.id === pool.id);
            return use ? [{ scenario: scenarioName, series: index, use }] : [];
          })}
        />
      ))}
    </div>
  );
}

interface PoolFigureProps {
  name: string;
  startsOn: string;
  uses: readonly { scenario: string; series: number; use: PoolUse }[];
}

function PoolFigure({ name, startsOn, uses }: PoolFigureProps) {
  const { t } = useTranslation();
  return (
    <section aria-label={name} className="pool-figure">
      <Figure
        title={<h3>{name}</h3>}
        sentence={uses.map(({ scenario, use }) => `${scenario}: ${poolSentence(name, startsOn, use.months)}`).join(" ")}
        legend={uses.map(({ scenario, series }) => (
          <SeriesKey key={scenario} index={series} name={scenario} />
        ))}
        chart={<PoolMonths startsOn={startsOn} lines={uses.map(({ scenario, series, use }) => ({ scenario, series, months: use.months }))} />}
        table={<PoolTable uses={uses} startsOn={startsOn} />}
      />
      <table className="table stacks pool-sums">
        <caption className="unseen">{name}</caption>
        <thead>
          <tr>
            <th scope="col">{t("whatIf.scenario")}</th>
            <th scope="col">{t("whatIf.utilization")}</th>
            <th scope="col">{t("whatIf.meanWait")}</th>
            <th scope="col">{t("whatIf.p90Wait")}</th>
            <th scope="col">{t("whatIf.served")}</th>
            <th scope="col">{t("whatIf.stillWaiting")}</th>
          </tr>
        </thead>
        <tbody>
          {uses.map(({ scenario, use }) => (
            <tr key={scenario}>
              <th scope="row" className="lead">
                {scenario}
              </th>
              <td data-label={t("whatIf.utilization")}>
                {percent(use.utilization.value)} <span className="soft small block">{chanceInterval(use.utilization)}</span>
              </td>
              <td data-label={t("whatIf.meanWait")}>
                {months(use.meanWaitMonths.value)} <span className="soft small block">{interval(use.meanWaitMonths)}</span>
              </td>
              <td data-label={t("whatIf.p90Wait")}>{months(use.p90WaitMonths)}</td>
              <td data-label={t("whatIf.served")}>
                {number(use.served.value, 1)} <span className="soft small block">{interval(use.served)}</span>
              </td>
              <td data-label={t("whatIf.stillWaiting")}>
                {number(use.stillWaiting.value, 1)} <span className="soft small block">{interval(use.stillWaiting)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function PoolTable({ uses, startsOn }: Pick<PoolFigureProps, "uses" | "startsOn">) {
  const { t } = useTranslation();
  const first = uses[0]?.use.months ?? [];
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{t("chart.month")}</th>
          {uses.map(({ scenario }) => (
            <th key={scenario} scope="col">
              {scenario}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {first.map(({ month }) => (
          <tr key={month}>
            <th scope="row" className="nowrap">
              {monthOf(monthAfter(startsOn, month))}
            </th>
            {uses.map(({ scenario, use }) => {
              const at = use.months.find((one) => one.month === month);
              return (
                <td key={scenario}>
                  {at &&
                    `${plainNumber(at.inUse)} ${t("chart.inUse")}, ${plainNumber(at.capacity)} ${t("chart.capacity")}, ${plainNumber(at.waiting)} ${t("chart.waiting")}`}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
