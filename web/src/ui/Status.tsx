/** How a milestone stands: a shape, a word and a colour, any of which is enough. */
import { useTranslation } from "react-i18next";

import type { MilestoneStatus } from "../gql/graphql";
import "./status.css";

export const STATUSES = ["attained", "onTrack", "atRisk", "overdue", "cannotSay"] as const;
export type Standing = (typeof STATUSES)[number];

const STANDING: Record<MilestoneStatus, Standing> = {
  ATTAINED: "attained",
  ON_TRACK: "onTrack",
  AT_RISK: "atRisk",
  OVERDUE: "overdue",
  CANNOT_SAY: "cannotSay",
};

export function standing(status: MilestoneStatus): Standing {
  return STANDING[status];
}

/** The shape alone, in a box of 16 by 16 around (0, 0); for charts and beside words. */
export function StatusMark({ standing }: { standing: Standing }) {
  switch (standing) {
    case "attained":
      return (
        <g>
          <circle r="7" fill="var(--attained)" />
          <path d="M-3.2 0.2 -0.9 2.6 3.4 -2.4" fill="none" stroke="var(--paper)" strokeWidth="1.8" />
        </g>
      );
    case "onTrack":
      return (
        <g>
          <circle r="6" fill="var(--paper)" stroke="var(--on-track)" strokeWidth="2" />
          <path d="M0 -6 A6 6 0 0 1 0 6 Z" fill="var(--on-track)" />
        </g>
      );
    case "atRisk":
      return <path d="M0 -7 7.4 6 -7.4 6 Z" fill="var(--at-risk)" stroke="var(--paper)" strokeWidth="0.5" />;
    case "overdue":
      return (
        <g>
          <rect x="-6.5" y="-6.5" width="13" height="13" rx="1" fill="var(--overdue)" />
          <path d="M0 -3.6 V1 M0 2.8 V4.2" stroke="var(--paper)" strokeWidth="1.8" />
        </g>
      );
    case "cannotSay":
      return <circle r="6" fill="var(--paper)" stroke="var(--cannot-say)" strokeWidth="1.6" strokeDasharray="2.4 2.3" />;
  }
}

export function StatusIcon({ standing }: { standing: Standing }) {
  return (
    <svg className="status-icon" viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true">
      <StatusMark standing={standing} />
    </svg>
  );
}

export function Status({ status }: { status: MilestoneStatus }) {
  const { t } = useTranslation();
  const how = standing(status);
  return (
    <span className="status" title={t(`status.hint.${how}`)}>
      <StatusIcon standing={how} />
      {t(`status.${how}`)}
    </span>
  );
}
