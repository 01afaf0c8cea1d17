/** Every milestone of a school on one axis of time. */
import { useTranslation } from "react-i18next";

import { Figure } from "../charts/Figure";
import { MilestoneLine } from "../charts/MilestoneLine";
import { timelineSentence } from "../charts/sentences";
import type { GoalPartsFragment } from "../gql/graphql";
import { STATUSES, StatusIcon } from "../ui/Status";
import { MilestoneTable } from "./MilestoneTable";

export function Timeline({ goals }: { goals: readonly GoalPartsFragment[] }) {
  const { t } = useTranslation();
  const milestones = goals.flatMap((goal) => goal.milestones);
  const present = STATUSES.filter((status) => milestones.some((one) => one.status === status.replace(/[A-Z]/g, "_$&").toUpperCase()));
  return (
    <section aria-labelledby="timeline">
      <Figure
        title={<h2 id="timeline">{t("school.timeline")}</h2>}
        sentence={timelineSentence(milestones)}
        captioned
        legend={present.map((status) => (
          <span key={status} className="status">
            <StatusIcon standing={status} />
            {t(`status.${status}`)}
          </span>
        ))}
        chart={<MilestoneLine rows={goals.map(({ id, title, milestones }) => ({ key: id, label: title, milestones }))} />}
        table={
          <MilestoneTable
            withGoal
            lines={goals.flatMap((goal) =>
              goal.milestones.map((milestone) => ({
                milestone,
                indicator: goal.indicator,
                upward: goal.direction === "RAISE" || goal.direction === "STAY_ABOVE",
                goal: goal.title,
              })),
            )}
          />
        }
      />
    </section>
  );
}
