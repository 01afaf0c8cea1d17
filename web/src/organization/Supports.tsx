/** What supports were promised to a school, and how much of each has reached it. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Empty } from "../ui/Problem";
import { fullDate } from "../words/dates";
import { percent, plainNumber } from "../words/numbers";
import type { SchoolNode } from "./SchoolPage";

export function Supports({ assignments }: { assignments: SchoolNode["assignments"] }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="supports">
      <h2 id="supports">{t("school.supports")}</h2>
      {assignments.length === 0 ? (
        <Empty title={t("school.noSupports")} hint={t("school.noSupportsHint")} />
      ) : (
        <table className="table stacks">
          <caption className="unseen">{t("school.supports")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("school.support")}</th>
              <th scope="col">{t("school.period")}</th>
              <th scope="col">{t("school.promised")}</th>
              <th scope="col">{t("school.delivered")}</th>
              <th scope="col">{t("school.towards")}</th>
            </tr>
          </thead>
          <tbody>
            {assignments.map((one) => (
              <tr key={one.id}>
                <th scope="row" className="lead">
                  {one.support.name}
                  <span className="soft small block">{one.pool.name}</span>
                </th>
                <td data-label={t("school.period")}>
                  {fullDate(one.starts)} – {one.ends === null ? t("school.open") : fullDate(one.ends)}
                </td>
                <td data-label={t("school.promised")}>
                  {plainNumber(one.promisedUnits)} {one.support.unit}
                </td>
                <td data-label={t("school.delivered")}>
                  <div className="dose">
                    <span className="dose-bar" aria-hidden="true">
                      <i style={{ width: `${Math.min(100, one.doseShare * 100)}%` }} />
                    </span>
                    <span>
                      {plainNumber(one.deliveredUnits)} {one.support.unit}
                      <span className="soft small block">{t("school.deliveredShare", { share: percent(one.doseShare) })}</span>
                    </span>
                  </div>
                </td>
                <td data-label={t("school.towards")}>{one.goal && <Link to={`/g/${one.goal.id}`}>{one.goal.title}</Link>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
