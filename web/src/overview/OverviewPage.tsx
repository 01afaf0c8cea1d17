/** A state or a district at a glance: how its milestones stand, its districts, its schools. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useViewer } from "../app/viewer";
import { CountsInWords, GlanceBar } from "../charts/GlanceBar";
import type { OrganizationQuery } from "../gql/graphql";
import { Generated } from "../ui/Generated";
import { Districts } from "./Districts";
import { Schools } from "./Schools";
import "./overview.css";

type Overviewed = Extract<NonNullable<OrganizationQuery["node"]>, { __typename: "State" | "District" }>;

export function OverviewPage({ organization }: { organization: Overviewed }) {
  const { t } = useTranslation();
  const { mayPlanSupports } = useViewer();
  const state = organization.__typename === "State" ? organization : undefined;
  const parent = organization.__typename === "District" ? organization.parent : null;
  const stateId = state?.id ?? parent?.id;
  const counts = organization.milestoneCounts;
  return (
    <article className="overview">
      <title>{`${organization.name} · Milepost`}</title>
      <header className="overview-head">
        <div>
          <p className="soft">
            {t(`kind.${organization.kind}`)}
            {parent && (
              <>
                {" · "}
                <Link to={`/o/${parent.id}`}>{parent.name}</Link>
              </>
            )}
          </p>
          <h1>{organization.name}</h1>
          {organization.generated && <Generated />}
        </div>
        <p className="overview-facts">
          {state && <span>{t("overview.districtsCount", { count: state.districts.totalCount })}</span>}
          <span>{t("overview.schoolsCount", { count: organization.schools.totalCount })}</span>
          <span>{t("overview.identifiedCount", { count: organization.identified.totalCount })}</span>
          {mayPlanSupports && stateId !== undefined && (
            <Link className="button primary" to={`/what-if/${stateId}`}>
              {t("overview.planSupports")}
            </Link>
          )}
        </p>
      </header>

      <section aria-labelledby="milestones">
        <h2 id="milestones">
          {t("counts.title")} <span className="soft">{t("counts.total", { count: counts.total })}</span>
        </h2>
        <GlanceBar counts={counts} tall />
        <CountsInWords counts={counts} />
      </section>

      <div className={state ? "overview-columns" : undefined}>
        <Schools organizationId={organization.id} stateId={stateId} inDistrict={!state} />
        {state && <Districts districts={state.districts.nodes} />}
      </div>
    </article>
  );
}
