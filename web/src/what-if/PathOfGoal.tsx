/** Where one goal's readings are expected to be under every scenario, on one chart. */
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { SeriesKey } from "../charts/Figure";
import { ForecastTrajectoryDocument } from "../gql/graphql";
import { BandFigure } from "../goal/GoalFigure";
import { Empty } from "../ui/Problem";
import { Search } from "../ui/Search";
import { Bone } from "../ui/Skeleton";
import type { ChanceLine } from "./chanceLines";
import { useChances } from "./useChances";
import { useFresh } from "./useFresh";
import type { ViewProps } from "./Views";

interface PathOfGoalProps extends ViewProps {
  goalId: string | null;
  chooseGoal: (id: string) => void;
}

interface GoalName {
  id: string;
  name: string;
  about: string;
  gain: number;
}

const MOST_FOUND = 8;

export default function PathOfGoal({ goalId, chooseGoal, ...facts }: PathOfGoalProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const chances = useChances(facts);
  const goals = useMemo(() => (chances ? goalsOf(chances.lines) : []), [chances]);
  const wanted = text.trim().toLocaleLowerCase();
  const matching = wanted === "" ? [] : goals.filter(({ name, about }) => `${name} ${about}`.toLocaleLowerCase().includes(wanted)).slice(0, MOST_FOUND);
  const shown = goalId ?? goals[0]?.id;
  return (
    <div className="path-view">
      <Search
        label={t("whatIf.searchGoals")}
        labelled
        placeholder={t("command.placeholder")}
        text={text}
        onText={setText}
        none={t("command.none")}
        found={matching}
        choose={({ id }) => {
          setText("");
          chooseGoal(id);
        }}
      />
      {shown === undefined ? (
        chances ? <Empty title={t("whatIf.chooseGoalHint")} /> : <Bone height={320} />
      ) : (
        <Bands {...facts} goalId={shown} />
      )}
    </div>
  );
}

function Bands({ forecastId, goalId, done, ended }: Omit<ViewProps, "stateId"> & { goalId: string }) {
  const { t } = useTranslation();
  const { data } = useFresh(ForecastTrajectoryDocument, { id: forecastId, goal: goalId }, done, ended);
  const forecast = data?.node?.__typename === "Forecast" ? data.node : undefined;
  const goal = data?.goal?.__typename === "Goal" ? data.goal : undefined;
  if (!forecast || !goal) return data ? <Empty title={t("problem.missing")} /> : <Bone height={320} />;
  const scenarios = forecast.outcome?.scenarios ?? [];
  const bands = scenarios.flatMap(({ scenarioName, trajectory }, series) =>
    trajectory ? [{ scenario: scenarioName, startsOn: forecast.startsOn, points: trajectory, series }] : [],
  );
  return (
    <>
      <BandFigure
        goal={goal}
        bands={bands}
        title={
          <>
            <h3>
              <Link to={`/g/${goal.id}`}>{goal.title}</Link>
            </h3>
            <Link className="small" to={`/o/${goal.organization.id}`}>
              {goal.organization.name}
            </Link>
          </>
        }
        legend={bands.map(({ scenario, series }) => (
          <SeriesKey key={series} index={series} name={scenario} />
        ))}
      />
      <p className="soft small">{bands.length > 0 ? t("goal.band") : t("goal.cannot")}.</p>
    </>
  );
}

/** Every goal that has a forecast milestone, those that the scenarios clearly change most first. */
function goalsOf(lines: readonly ChanceLine[]): GoalName[] {
  const goals = new Map<string, GoalName>();
  for (const line of lines) {
    const goal = goals.get(line.goalId) ?? { id: line.goalId, name: line.goalTitle, about: line.schoolName, gain: 0 };
    if (line.clear) goal.gain = Math.max(goal.gain, Math.abs(line.gain));
    goals.set(line.goalId, goal);
  }
  return [...goals.values()].sort((one, other) => other.gain - one.gain || one.about.localeCompare(other.about));
}
