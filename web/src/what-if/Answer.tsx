/** The answer in one glance: milestones expected under each scenario, then the paired differences in words. */
import { useTranslation } from "react-i18next";

import { Figure } from "../charts/Figure";
import { IntervalDots } from "../charts/IntervalDots";
import { differenceSentence, expectedSentence } from "../charts/sentences";
import type { StandingFragment } from "../gql/graphql";
import { chance, differenceInterval, interval, pairedDifference } from "../words/chances";
import { monthAfter, monthOf } from "../words/dates";
import { capital, number, shortDollars, signed } from "../words/numbers";

type Outcome = NonNullable<StandingFragment["outcome"]>;

export function Answer({ forecast, outcome }: { forecast: StandingFragment; outcome: Outcome }) {
  const { t } = useTranslation();
  const { scenarios, differences } = outcome;
  const until = monthOf(monthAfter(forecast.startsOn, forecast.horizonMonths));
  const total = scenarios[0]?.milestones ?? 0;
  return (
    <section aria-labelledby="expected" className="answer">
      <Figure
        title={
          <h2 id="expected">
            {t("whatIf.expected")} <span className="soft aside">{t("whatIf.expectedOf", { total: number(total), date: until })}</span>
          </h2>
        }
        sentence={scenarios
          .map(({ scenarioName, expectedAttained, milestones }) => expectedSentence(scenarioName, expectedAttained, milestones))
          .join(" ")}
        chart={
          <IntervalDots
            rows={scenarios.map(({ scenarioName, expectedAttained, cost }, index) => ({
              key: `${scenarioName}${index}`,
              label: scenarioName,
              series: index,
              estimate: expectedAttained,
              words: (
                <>
                  <b className="figure-number">{number(expectedAttained.value, 1)}</b>{" "}
                  <span className="soft small">
                    {interval(expectedAttained)} · {shortDollars(cost)}
                  </span>
                </>
              ),
            }))}
          />
        }
        table={
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("whatIf.scenario")}</th>
                <th scope="col" className="number">
                  {t("interval.estimate")}
                </th>
                <th scope="col" className="number">
                  {t("interval.ninetyFive")}
                </th>
                <th scope="col" className="number">
                  {t("whatIf.cost")}
                </th>
              </tr>
            </thead>
            <tbody>
              {scenarios.map(({ scenarioName, expectedAttained, cost }, index) => (
                <tr key={`${scenarioName}${index}`}>
                  <th scope="row">{scenarioName}</th>
                  <td className="number">{number(expectedAttained.value, 1)}</td>
                  <td className="number">{interval(expectedAttained)}</td>
                  <td className="number">{shortDollars(cost)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        }
      />
      <p className="soft small">{t("whatIf.simulationError")}</p>
      {differences.length > 0 && <Differences differences={differences} scenarios={scenarios.map(({ scenarioName }) => scenarioName)} replications={outcome.replications} />}
      <p className="soft small">{t("whatIf.seed", { seed: forecast.seed, model: forecast.modelVersion })}</p>
    </section>
  );
}

interface DifferencesProps {
  differences: Outcome["differences"];
  scenarios: readonly string[];
  replications: number;
}

function Differences({ differences, scenarios, replications }: DifferencesProps) {
  const { t } = useTranslation();
  const wordsOf = (one: DifferencesProps["differences"][number]) =>
    one.identical ? t("difference.identical") : pairedDifference(one.difference, one.probabilityBetter.value, replications);
  return (
    <div className="difference">
      {differences.map((one) => (
        <p key={`${one.scenarioName} ${one.referenceName}`} className="verdict">
          <span className="soft small block">{t("whatIf.against", { scenario: one.scenarioName, reference: one.referenceName })}</span>
          {capital(wordsOf(one))}
          {!one.identical && one.difference.low < 0 && one.difference.high > 0 && (
            <span className="soft small block">{t("difference.unclear")}</span>
          )}
        </p>
      ))}
      <Figure
        title={<span className="soft small plain">{t("whatIf.precision")}</span>}
        sentence={differences
          .map((one) => differenceSentence(one.scenarioName, one.referenceName, wordsOf(one)))
          .join(" ")}
        chart={
          <IntervalDots
            zero={0}
            rows={differences.map((one) => ({
              key: `${one.scenarioName} ${one.referenceName}`,
              label: one.scenarioName,
              words: <span className="soft small">{t("whatIf.moreMilestones")}</span>,
              estimate: one.difference,
              series: Math.max(1, scenarios.indexOf(one.scenarioName)),
            }))}
          />
        }
        table={
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("whatIf.scenario")}</th>
                <th scope="col" className="number">
                  {t("whatIf.difference")}
                </th>
                <th scope="col" className="number">
                  {t("interval.ninetyFive")}
                </th>
                <th scope="col">{t("difference.better")}</th>
              </tr>
            </thead>
            <tbody>
              {differences.map((one) => (
                <tr key={`${one.scenarioName} ${one.referenceName}`}>
                  <th scope="row">{t("whatIf.against", { scenario: one.scenarioName, reference: one.referenceName })}</th>
                  <td className="number">{signed(one.difference.value)}</td>
                  <td className="number">{differenceInterval(one.difference)}</td>
                  <td>{one.identical ? t("difference.identical") : chance(one.probabilityBetter.value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        }
      />
    </div>
  );
}
