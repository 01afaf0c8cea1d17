/** A school's plan on one page: who it is, its goals and milestones, what was read, what was promised to it. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { CountsInWords, GlanceBar } from "../charts/GlanceBar";
import type { OrganizationQuery } from "../gql/graphql";
import { Generated } from "../ui/Generated";
import { Empty } from "../ui/Problem";
import { sayDate, fullDate, schoolYear } from "../words/dates";
import { number, percent } from "../words/numbers";
import { Goals } from "./Goals";
import { Readings } from "./Readings";
import { Supports } from "./Supports";
import { Timeline } from "./Timeline";
import "./organization.css";

export type SchoolNode = Extract<NonNullable<OrganizationQuery["node"]>, { __typename: "School" }>;

export default function SchoolPage({ school }: { school: SchoolNode }) {
  const { t } = useTranslation();
  const goals = school.goals.nodes;
  return (
    <article className="school">
      <title>{`${school.name} · Milepost`}</title>
      <header>
        <p className="soft">
          {school.level ? t(`level.${school.level}`) : t("kind.SCHOOL")}
          {school.district && (
            <>
              {" · "}
              <Link to={`/o/${school.district.id}`}>{school.district.name}</Link>
            </>
          )}
          {school.city !== null && ` · ${school.city}`}
        </p>
        <h1>{school.name}</h1>
        {school.generated && <Generated />}
        <Designation designation={school.designation} />
      </header>
      <Profile school={school} />
      <section aria-labelledby="milestones">
        <h2 id="milestones">{t("counts.title")}</h2>
        {school.milestoneCounts.total === 0 ? (
          <Empty title={t("counts.none")} hint={t("goal.noMilestonesHint")} />
        ) : (
          <>
            <GlanceBar counts={school.milestoneCounts} tall />
            <CountsInWords counts={school.milestoneCounts} />
          </>
        )}
      </section>
      <Goals goals={goals} />
      {goals.some(({ milestones }) => milestones.length > 0) && <Timeline goals={goals} />}
      <Readings school={school} />
      <Supports assignments={school.assignments} />
    </article>
  );
}

function Designation({ designation }: { designation: SchoolNode["designation"] }) {
  const { t } = useTranslation();
  if (designation === null) return null;
  return (
    <p className="designation">
      <strong>{t(`designation.about.${designation.kind}`)}</strong>, {t("designation.since", { date: fullDate(designation.since) })}
      {designation.until !== null && `, ${t("designation.until", { date: sayDate(designation.until) })}`}
      {designation.reason !== "" && <span className="soft">. {designation.reason}</span>}
    </p>
  );
}

function Profile({ school }: { school: SchoolNode }) {
  const { t } = useTranslation();
  const { profile } = school;
  const unknown = t("school.unknown");
  const grades =
    profile && profile.lowestGrade !== null && profile.highestGrade !== null
      ? t("school.gradesRange", { low: profile.lowestGrade, high: profile.highestGrade })
      : unknown;
  const facts: [string, string][] = [
    [t("school.students"), profile?.enrolment == null ? unknown : number(profile.enrolment)],
    [t("school.grades"), grades],
    [t("school.disadvantaged"), profile?.shareDisadvantaged == null ? unknown : percent(profile.shareDisadvantaged)],
    ...(school.opened === null ? [] : [[t("school.opened"), fullDate(school.opened)] satisfies [string, string]]),
    ...(school.closed === null ? [] : [[t("school.closed"), fullDate(school.closed)] satisfies [string, string]]),
    ...school.identifiers.map(({ scheme, value }) => [t("school.identifier", { scheme }), value] satisfies [string, string]),
  ];
  return (
    <section aria-labelledby="profile">
      <h2 id="profile">
        {t("school.profile")}
        {profile && <span className="soft aside">{t("school.asOf", { year: schoolYear(profile.year) })}</span>}
      </h2>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
