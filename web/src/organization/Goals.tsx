/** A school's goals, each with where it stands on the path to its aim. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { observed, readingsSentence } from "../charts/sentences";
import { Trajectory } from "../charts/Trajectory";
import type { GoalPartsFragment, MilestoneStatus } from "../gql/graphql";
import { Empty } from "../ui/Problem";
import { indicatorNumber, ReadingValue } from "../ui/ReadingValue";
import { StatusIcon, standing } from "../ui/Status";
import { fullDate, schoolYear } from "../words/dates";
import { groupWords } from "../words/groups";

export function Goals({ goals }: { goals: readonly GoalPartsFragment[] }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="goals">
      <h2 id="goals">{t("school.goals")}</h2>
      {goals.length === 0 ? (
        <Empty title={t("school.noGoals")} hint={t("school.noGoalsHint")} />
      ) : (
        <ul className="goals">
          {goals.map((goal) => (
            <GoalLine key={goal.id} goal={goal} />
          ))}
        </ul>
      )}
    </section>
  );
}

export function targetWords(goal: Pick<GoalPartsFragment, "direction" | "target" | "indicator">, t: ReturnType<typeof useTranslation>["t"]): string {
  const { direction, target, indicator } = goal;
  const words = {
    baseline: indicatorNumber(target.baseline, indicator),
    aim: indicatorNumber(target.aim, indicator),
    due: fullDate(target.due),
  };
  if (direction === "STAY_ABOVE") return t("goal.stayAbove", words);
  if (direction === "STAY_BELOW") return t("goal.stayBelow", words);
  return t("goal.from", words);
}

function GoalLine({ goal }: { goal: GoalPartsFragment }) {
  const { t } = useTranslation();
  const annual = goal.observations.filter(({ occasion }) => occasion === "ANNUAL");
  const latest = annual.at(-1);
  return (
    <li className="goal-line">
      <div className="goal-words">
        <h3>
          <Link to={`/g/${goal.id}`}>{goal.title}</Link>
        </h3>
        <p className="soft small">
          {goal.indicator.name}, {groupWords(goal.studentGroup)}
        </p>
        <p>{targetWords(goal, t)}</p>
        <p className="soft small">
          {goal.accountable?.trim() ? t("school.accountable", { name: goal.accountable }) : t("school.nobody")}
        </p>
      </div>
      <div className="goal-now">
        <span className="soft small">
          {t("reading.latest")}
          {latest && `, ${schoolYear(latest.schoolYear)}`}
        </span>
        <ReadingValue indicator={goal.indicator} reading={latest?.reading} detailed />
        <MilestoneShapes statuses={goal.milestones.map(({ status }) => status)} />
      </div>
      <div className="goal-chart" role="img" aria-label={observed(annual).length ? readingsSentence(goal.indicator, annual) : t("reading.none")}>
        <Trajectory goal={goal} height={96} small />
      </div>
    </li>
  );
}

function MilestoneShapes({ statuses }: { statuses: readonly MilestoneStatus[] }) {
  const { t } = useTranslation();
  if (statuses.length === 0) return <span className="soft small">{t("goal.noMilestones")}</span>;
  const words = statuses.map((status) => t(`status.${standing(status)}`)).join(", ");
  return (
    <span className="shapes" role="img" aria-label={`${t("counts.title")}: ${words}`} title={words}>
      {statuses.map((status, index) => (
        <StatusIcon key={index} standing={standing(status)} />
      ))}
    </span>
  );
}
