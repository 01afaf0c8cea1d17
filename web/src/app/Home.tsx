/** `/`: the overview of the reader's own organization, or of the first state there is. */
import { lazy } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Empty } from "../ui/Problem";
import { useViewer } from "./viewer";

const OrganizationPlace = lazy(() => import("../organization/OrganizationPlace"));

export function Home() {
  const { t } = useTranslation();
  const { home, states } = useViewer();
  const id = home?.id ?? states[0]?.id;
  if (id === undefined) return <Empty title={t("overview.noState")} hint={t("overview.noStateHint")} />;
  return <OrganizationPlace id={id} />;
}

export function NoSuchPlace() {
  const { t } = useTranslation();
  return (
    <div className="problem">
      <title>{`${t("problem.notFound")} · Milepost`}</title>
      <h1>{t("problem.notFound")}</h1>
      <p>{t("problem.notFoundHint")}</p>
      <Link to="/">{t("problem.toOverview")}</Link>
    </div>
  );
}
