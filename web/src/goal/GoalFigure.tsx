/** The chart of a goal and its table twin: every reading, then what is expected. */
import { useTranslation } from "react-i18next";

import { Figure } from "../charts/Figure";
import { bandSentence, readingsSentence } from "../charts/sentences";
import { Trajectory, type ForecastBand } from "../charts/Trajectory";
import type { GoalPartsFragment } from "../gql/graphql";
import { indicatorNumber, ReadingValue } from "../ui/ReadingValue";
import { fullDate, monthAfter, monthOf } from "../words/dates";
import { number } from "../words/numbers";
import type { ForecastScenario } from "./GoalPlace";

interface GoalFigureProps {
  goal: GoalPartsFragment;
  scenario: Pick<ForecastScenario, "scenarioName" | "trajectory"> | undefined;
  startsOn: string | undefined;
}

export function GoalFigure({ goal, scenario, startsOn }: GoalFigureProps) {
  const { t } = useTranslation();
  const bands: ForecastBand[] =
    scenario?.trajectory && startsOn !== undefined
      ? [{ scenario: scenario.scenarioName, startsOn, points: scenario.trajectory, series: 1 }]
      : [];
  return <BandFigure goal={goal} bands={bands} title={<h2>{t("goal.trajectory")}</h2>} />;
}

interface BandFigureProps {
  goal: GoalPartsFragment;
  bands: readonly ForecastBand[];
  title: React.ReactNode;
  legend?: React.ReactNode;
}

export function BandFigure({ goal, bands, title, legend }: BandFigureProps) {
  const annual = goal.observations.filter(({ occasion }) => occasion === "ANNUAL");
  const sentence = [
    readingsSentence(goal.indicator, annual),
    ...bands.map((one) => bandSentence(goal.indicator, one.scenario, one.startsOn, one.points)),
  ].join(" ");
  return (
    <Figure
      title={title}
      sentence={sentence}
      captioned
      legend={legend}
      chart={<Trajectory goal={goal} bands={bands} />}
      table={<BandTable goal={goal} bands={bands} />}
    />
  );
}

function BandTable({ goal, bands }: Pick<BandFigureProps, "goal" | "bands">) {
  const { t } = useTranslation();
  const { indicator } = goal;
  return (
    <>
      <table className="table">
        <caption className="unseen">{t("school.readings")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("reading.date")}</th>
            <th scope="col">{t("milestone.kindTitle")}</th>
            <th scope="col">{t("reading.value")}</th>
            <th scope="col">{t("reading.source")}</th>
          </tr>
        </thead>
        <tbody>
          {goal.observations.map((one) => (
            <tr key={one.id}>
              <th scope="row" className="nowrap">
                {fullDate(one.observedOn)}
              </th>
              <td>{t(`milestone.kind.${one.occasion === "ANNUAL" ? "ANNUAL_ASSESSMENT" : "INTERIM_ASSESSMENT"}`)}</td>
              <td>
                <ReadingValue reading={one.reading} indicator={indicator} detailed />
              </td>
              <td className="soft small">
                {one.source}
                {one.revision > 1 && `, ${t("reading.revision", { n: number(one.revision) })}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {bands.map((one) => (
        <table key={one.scenario} className="table">
          <caption className="label">{t("goal.forecast", { scenario: one.scenario })}</caption>
          <thead>
            <tr>
              <th scope="col">{t("chart.month")}</th>
              {["10 %", "25 %", "50 %", "75 %", "90 %"].map((share) => (
                <th key={share} scope="col" className="number">
                  {share}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {one.points.map((point) => (
              <tr key={point.month}>
                <th scope="row">{monthOf(monthAfter(one.startsOn, point.month))}</th>
                {[point.p10, point.p25, point.p50, point.p75, point.p90].map((value, index) => (
                  <td key={index} className="number">
                    {indicatorNumber(value, indicator)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </>
  );
}
