/** One goal: where it stands, the path to its aim, its milestones, and what the latest forecast expects. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { useQuery } from "urql";

import { PlaceSkeleton } from "../app/PlaceSkeleton";
import { GoalForecastDocument, GoalPlanDocument, type GoalForecastQuery, type GoalPlanQuery } from "../gql/graphql";
import { targetWords } from "../organization/Goals";
import { MilestoneTable } from "../organization/MilestoneTable";
import { Generated } from "../ui/Generated";
import { Empty, NothingHere, Problem } from "../ui/Problem";
import { chance, chanceInterval } from "../words/chances";
import { sayInstant } from "../words/dates";
import { groupWords } from "../words/groups";
import { number } from "../words/numbers";
import { GoalFigure } from "./GoalFigure";
import "../organization/organization.css";

type GoalNode = Extract<NonNullable<GoalPlanQuery["node"]>, { __typename: "Goal" }>;
type ForecastNode = Extract<NonNullable<GoalForecastQuery["node"]>, { __typename: "Forecast" }>;
export type ForecastScenario = NonNullable<ForecastNode["outcome"]>["scenarios"][number];

export default function GoalPlace() {
  const { id = "" } = useParams();
  const [{ data, error, fetching }, ask] = useQuery({ query: GoalPlanDocument, variables: { id }, requestPolicy: "cache-and-network" });
  const node = data?.node;
  if (node?.__typename === "Goal" && node.id === id) return <GoalPage key={id} goal={node} />;
  if (error) return <Problem error={error} again={() => ask({ requestPolicy: "network-only" })} />;
  return fetching ? <PlaceSkeleton /> : <NothingHere />;
}

/** The state above a goal's organization, and its newest finished forecast of what is in force; else its newest finished one. */
function aboveOf(goal: GoalNode): { stateId: string | undefined; forecastId: string | undefined } {
  const { parent } = goal.organization;
  const above = parent?.__typename === "State" ? parent : parent?.parent;
  const state = above?.__typename === "State" ? above : undefined;
  const finished = (state?.forecasts.nodes ?? [])
    .filter((forecast) => forecast.state === "FINISHED")
    .sort((one, other) => other.requestedAt.localeCompare(one.requestedAt));
  const inForce = finished.find(({ scenarios }) => scenarios.some((scenario) => scenario?.isBaseline));
  return { stateId: state?.id, forecastId: (inForce ?? finished[0])?.id };
}

function GoalPage({ goal }: { goal: GoalNode }) {
  const { t } = useTranslation();
  const { stateId, forecastId } = aboveOf(goal);
  const [{ data, fetching }] = useQuery({
    query: GoalForecastDocument,
    variables: { forecast: forecastId ?? "", goal: goal.id },
    pause: forecastId === undefined,
  });
  const forecast = data?.node?.__typename === "Forecast" ? data.node : undefined;
  const scenarios = forecast?.outcome?.scenarios ?? [];
  const [name, setName] = useState<string | null>(null);
  const scenario =
    scenarios.find(({ scenarioName }) => scenarioName === name) ??
    scenarios.find(({ scenario }) => scenario?.isBaseline) ??
    scenarios[0];
  const refusal = forecast?.outcome?.unforecastable.find((one) => one.goal?.id === goal.id);
  const upward = goal.direction === "RAISE" || goal.direction === "STAY_ABOVE";
  return (
    <article className="goal">
      <title>{`${goal.title} · Milepost`}</title>
      <header>
        <p className="soft">
          <Link to={`/o/${goal.organization.id}`}>{goal.organization.name}</Link> · {t("goal.goal")} · {t(`goal.term.${goal.term}`)}
        </p>
        <h1>{goal.title}</h1>
        {goal.organization.generated && <Generated />}
        <p className="goal-lead">
          {goal.indicator.name}, {groupWords(goal.studentGroup)}. {targetWords(goal, t)}.
        </p>
      </header>

      <section aria-label={t("goal.trajectory")} className="goal-forecast">
        <GoalFigure goal={goal} scenario={scenario} startsOn={forecast?.startsOn} />
        {scenarios.length > 1 && (
          <fieldset className="choices">
            <legend className="label">{t("goal.underScenario")}</legend>
            {scenarios.map(({ scenarioName }) => (
              <label key={scenarioName} className="check">
                <input
                  type="radio"
                  name="scenario"
                  checked={scenarioName === scenario?.scenarioName}
                  onChange={() => setName(scenarioName)}
                />
                {scenarioName}
              </label>
            ))}
          </fieldset>
        )}
        {refusal ? (
          <p className="small">
            <strong>{t("goal.cannot")}.</strong> {refusal.message}
          </p>
        ) : forecast?.endedAt != null && scenario ? (
          <p className="soft small">
            {t("goal.forecastWhen", {
              scenario: scenario.scenarioName,
              when: sayInstant(forecast.endedAt),
              n: number(forecast.replications),
            })}
            . {t("goal.band")}.
          </p>
        ) : (
          !fetching && <p className="soft small">{t("goal.noForecast")}</p>
        )}
        {stateId !== undefined && (
          <p>
            <Link to={`/what-if/${stateId}?view=path&goal=${goal.id}`}>{t("goal.toWhatIf")}</Link>
          </p>
        )}
      </section>

      <section aria-labelledby="milestones">
        <h2 id="milestones">{t("goal.milestones")}</h2>
        {goal.milestones.length === 0 ? (
          <Empty title={t("goal.noMilestones")} hint={t("goal.noMilestonesHint")} />
        ) : (
          <MilestoneTable
            withChance={scenario !== undefined}
            lines={goal.milestones.map((milestone) => ({
              milestone,
              indicator: goal.indicator,
              upward,
              chance: chanceOf(scenario?.chances.find((one) => one.milestone?.id === milestone.id)?.probability),
            }))}
          />
        )}
      </section>

      <section aria-label={t("goal.success")}>
        <dl className="facts">
          <Fact name={t("goal.success")} value={goal.definitionOfSuccess} />
          <Fact name={t("goal.practice")} value={goal.practice?.title ?? ""} />
          <Fact name={t("goal.accountable")} value={goal.accountable?.trim() || t("school.nobody")} />
        </dl>
      </section>
    </article>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  if (value === "") return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function chanceOf(of: ForecastScenario["chances"][number]["probability"] | undefined) {
  if (of === undefined) return undefined;
  return (
    <>
      {chance(of.value)}
      <span className="soft small block">{chanceInterval(of)}</span>
    </>
  );
}
