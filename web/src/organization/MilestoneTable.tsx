/** Milestones as a table: what, when, how it stands, by what evidence. */
import { useTranslation } from "react-i18next";
import type { ReactNode } from "react";

import type { IndicatorWordsFragment, MilestonePartsFragment } from "../gql/graphql";
import { indicatorNumber } from "../ui/ReadingValue";
import { Status } from "../ui/Status";
import { fullDate, sayDate } from "../words/dates";
import { percent } from "../words/numbers";

export interface MilestoneLine {
  milestone: MilestonePartsFragment;
  indicator: IndicatorWordsFragment;
  upward: boolean;
  goal?: ReactNode;
  chance?: ReactNode;
}

interface MilestoneTableProps {
  lines: readonly MilestoneLine[];
  withGoal?: boolean;
  withChance?: boolean;
}

export function MilestoneTable({ lines, withGoal = false, withChance = false }: MilestoneTableProps) {
  const { t } = useTranslation();
  const withEvidence = lines.some(({ milestone }) => milestone.attainedOn !== null || milestone.evidence !== "");
  return (
    <table className="table stacks">
      <caption className="unseen">{t("goal.milestones")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("milestone.title")}</th>
          {withGoal && <th scope="col">{t("goal.goal")}</th>}
          <th scope="col">{t("milestone.requirement")}</th>
          <th scope="col">{t("milestone.due")}</th>
          <th scope="col">{t("milestone.status")}</th>
          {withChance && <th scope="col">{t("goal.chance")}</th>}
          {withEvidence && <th scope="col">{t("milestone.evidence")}</th>}
        </tr>
      </thead>
      <tbody>
        {lines.map(({ milestone, indicator, upward, goal, chance }) => (
          <tr key={milestone.id}>
            <th scope="row" className="lead">
              {milestone.title}
              <span className="soft small block">{t(`milestone.kind.${milestone.kind}`)}</span>
            </th>
            {withGoal && <td data-label={t("goal.goal")}>{goal}</td>}
            <td data-label={t("milestone.requirement")}>{requirement(milestone, indicator, upward, t)}</td>
            <td data-label={t("milestone.due")} className="nowrap">
              <time dateTime={milestone.due} title={fullDate(milestone.due)}>
                {sayDate(milestone.due)}
              </time>
            </td>
            <td data-label={t("milestone.status")}>
              <Status status={milestone.status} />
            </td>
            {withChance && (
              <td data-label={t("goal.chance")} className={chance === undefined ? "blank" : undefined}>
                {chance}
              </td>
            )}
            {withEvidence && (
              <td
                data-label={t("milestone.evidence")}
                className={milestone.attainedOn === null && milestone.evidence === "" ? "blank" : undefined}
              >
                {milestone.attainedOn !== null && (
                  <span className="block">{t("milestone.attainedOn", { date: fullDate(milestone.attainedOn) })}</span>
                )}
                <span className="soft small">{milestone.evidence}</span>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function requirement(
  milestone: MilestonePartsFragment,
  indicator: IndicatorWordsFragment,
  upward: boolean,
  t: ReturnType<typeof useTranslation>["t"],
): string {
  if (milestone.threshold !== null) {
    return t(upward ? "milestone.reach" : "milestone.stay", { value: indicatorNumber(milestone.threshold, indicator) });
  }
  if (milestone.requiredStage !== null) return t("milestone.stage", { stage: t(`milestone.stages.${milestone.requiredStage}`) });
  if (milestone.requiredFidelity !== null) return t("milestone.fidelity", { share: percent(milestone.requiredFidelity) });
  return t("milestone.done");
}
