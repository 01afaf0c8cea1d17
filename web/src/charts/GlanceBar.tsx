/** How milestones stand: one bar for the glance, numbers for the certainty. */
import { useTranslation } from "react-i18next";

import type { CountsFragment } from "../gql/graphql";
import { STATUSES, StatusIcon } from "../ui/Status";
import { number, percent } from "../words/numbers";
import { countsSentence } from "./sentences";
import "./charts.css";

export function GlanceBar({ counts, tall = false }: { counts: CountsFragment; tall?: boolean }) {
  return (
    <div className={tall ? "glance tall" : "glance"} role="img" aria-label={countsSentence(counts)} title={countsSentence(counts)}>
      {counts.total === 0 ? (
        <i className="none" />
      ) : (
        STATUSES.filter((status) => counts[status] > 0).map((status) => (
          <i key={status} className={status} style={{ flexGrow: counts[status], flexBasis: 0 }} />
        ))
      )}
    </div>
  );
}

export function CountsInWords({ counts }: { counts: CountsFragment }) {
  const { t } = useTranslation();
  return (
    <dl className="counts">
      {STATUSES.map((status) => (
        <div key={status}>
          <dt title={t(`status.hint.${status}`)}>
            <StatusIcon standing={status} />
            {t(`status.${status}`)}
          </dt>
          <dd>
            {number(counts[status])}{" "}
            {counts.total > 0 && <small>{percent(counts[status] / counts.total)}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
