/** One row a school: who it is, how its milestones stand, its latest readings and the trend of one of them. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { GlanceBar } from "../charts/GlanceBar";
import { Sparkline } from "../charts/Sparkline";
import type { IndicatorWordsFragment, SchoolOrder, SchoolRowFragment } from "../gql/graphql";
import { ReadingValue } from "../ui/ReadingValue";
import { useRowKeys } from "../ui/useRowKeys";
import { number, percent } from "../words/numbers";

interface SchoolTableProps {
  schools: readonly SchoolRowFragment[];
  indicators: readonly IndicatorWordsFragment[];
  indicator: IndicatorWordsFragment;
  inDistrict: boolean;
  orderBy: SchoolOrder;
  onOrder: (orderBy: SchoolOrder) => void;
}

export function SchoolTable({ schools, indicators, indicator, inDistrict, orderBy, onOrder }: SchoolTableProps) {
  const { t } = useTranslation();
  const onKeyDown = useRowKeys();
  const descending = orderBy === "NAME_DESC";
  return (
    <table className="table stacks school-table">
      <caption className="unseen">{t("overview.schools")}</caption>
      <thead>
        <tr>
          <th scope="col" aria-sort={descending ? "descending" : "ascending"}>
            <button
              type="button"
              className="sorter"
              title={t(descending ? "overview.sortZA" : "overview.sortAZ")}
              onClick={() => onOrder(descending ? "NAME_ASC" : "NAME_DESC")}
            >
              {t("overview.name")} <span aria-hidden="true">{descending ? "↓" : "↑"}</span>
            </button>
          </th>
          <th scope="col">{t("overview.status")}</th>
          <th scope="col" className="number">
            {t("overview.enrolment")}
          </th>
          <th scope="col" className="number">
            {t("overview.disadvantaged")}
          </th>
          <th scope="col">{t("counts.title")}</th>
          {indicators.map(({ id, name, description }) => (
            <th key={id} scope="col" className="number" title={description}>
              {name}
            </th>
          ))}
          <th scope="col">{t("overview.trend")}</th>
        </tr>
      </thead>
      <tbody onKeyDown={onKeyDown}>
        {schools.map((school) => (
          <tr key={school.id}>
            <th scope="row" className="lead">
              <Link to={`/o/${school.id}`} data-row>
                {school.name}
              </Link>
              <span className="soft small">
                {[school.level && t(`level.${school.level}`), inDistrict ? school.city : school.district?.name]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </th>
            <td data-label={t("overview.status")} className={school.designation ? undefined : "nothing"}>
              {school.designation ? (
                <span title={t(`designation.about.${school.designation.kind}`)}>{t(`designation.${school.designation.kind}`)}</span>
              ) : (
                <span className="soft small">{t("designation.none")}</span>
              )}
            </td>
            <td className="number" data-label={t("overview.enrolment")}>
              {known(school.profile?.enrolment, number)}
            </td>
            <td className="number" data-label={t("overview.disadvantaged")}>
              {known(school.profile?.shareDisadvantaged, percent)}
            </td>
            <td data-label={t("counts.title")} className={school.milestoneCounts.total > 0 ? "glance-cell" : "glance-cell nothing"}>
              {school.milestoneCounts.total > 0 ? (
                <GlanceBar counts={school.milestoneCounts} />
              ) : (
                <span className="soft small">{t("counts.none")}</span>
              )}
            </td>
            {indicators.map((one) => (
              <td key={one.id} className="number" data-label={one.name}>
                <ReadingValue
                  indicator={one}
                  reading={school.latestReadings.find((latest) => latest.indicator.id === one.id)?.reading}
                />
              </td>
            ))}
            <td className="trend" data-label={`${t("overview.indicator")} ${indicator.name}`}>
              <Sparkline indicator={indicator} readings={school.series} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function known(value: number | null | undefined, say: (value: number) => string) {
  return value === null || value === undefined ? <Unknown /> : say(value);
}

function Unknown() {
  const { t } = useTranslation();
  return <span className="soft small">{t("school.unknown")}</span>;
}
