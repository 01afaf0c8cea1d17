/** Who gains and who waits: each school under each scenario. */
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { ForecastSchoolsDocument, type ForecastSchoolsQuery } from "../gql/graphql";
import { Bones } from "../ui/Skeleton";
import { useRowKeys } from "../ui/useRowKeys";
import { interval, months, overlap } from "../words/chances";
import { number, percent, signed } from "../words/numbers";
import { useFresh } from "./useFresh";
import type { ViewProps } from "./Views";

type ForecastNode = Extract<NonNullable<ForecastSchoolsQuery["node"]>, { __typename: "Forecast" }>;
type SchoolOutcome = NonNullable<ForecastNode["outcome"]>["scenarios"][number]["schools"][number];

interface SchoolLine {
  id: string;
  name: string;
  about: string;
  /** One entry a scenario, in the order of the forecast. */
  outcomes: (SchoolOutcome | undefined)[];
  /** The milestones expected under the last scenario less those under the first. */
  gain: number;
  /** Whether the intervals of the two keep apart. */
  clear: boolean;
  longestWait: number;
}

const ORDERS = ["name", "gain", "wait"] as const;
type Order = (typeof ORDERS)[number];

const COMPARE: Record<Order, (one: SchoolLine, other: SchoolLine) => number> = {
  gain: (one, other) => Number(other.clear) - Number(one.clear) || Math.abs(other.gain) - Math.abs(one.gain),
  wait: (one, other) => other.longestWait - one.longestWait,
  name: (one, other) => one.name.localeCompare(other.name),
};

export default function SchoolOutcomes({ forecastId, done, ended }: ViewProps) {
  const { t } = useTranslation();
  const id = useId();
  const onKeyDown = useRowKeys();
  const [text, setText] = useState("");
  const [order, setOrder] = useState<Order>("name");
  const { data } = useFresh(ForecastSchoolsDocument, { id: forecastId }, done, ended);
  const scenarios = data?.node?.__typename === "Forecast" ? data.node.outcome?.scenarios : undefined;
  if (!scenarios) return <Bones rows={10} height={24} />;
  const wanted = text.trim().toLocaleLowerCase();
  const lines = linesOf(scenarios)
    .filter(({ name, about }) => `${name} ${about}`.toLocaleLowerCase().includes(wanted))
    .sort(COMPARE[order]);
  const paired = scenarios.length > 1;
  return (
    <div>
      <div className="view-tools">
        <div className="field">
          <label htmlFor={`${id}q`}>{t("whatIf.searchSchools")}</label>
          <input id={`${id}q`} className="input" type="search" value={text} onChange={(event) => setText(event.target.value)} />
        </div>
        <div className="field">
          <label htmlFor={`${id}order`}>{t("whatIf.sortBy")}</label>
          <select
            id={`${id}order`}
            className="select"
            value={order}
            onChange={(event) => setOrder(ORDERS.find((one) => one === event.target.value) ?? "name")}
          >
            {ORDERS.map((one) => (
              <option key={one} value={one}>
                {t(`whatIf.sort.${one}`)}
              </option>
            ))}
          </select>
        </div>
      </div>
      {paired && <p className="soft small view-note">{t("whatIf.gainUnclear")}</p>}
      <div className="view-scroll" tabIndex={0} role="group" aria-label={t("whatIf.views.schools")}>
        <table className="table stacks">
          <caption className="unseen">{t("whatIf.views.schools")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("whatIf.school")}</th>
              {scenarios.map(({ scenarioName }, index) => (
                <th key={index} scope="col">
                  {scenarioName}
                </th>
              ))}
              {paired && (
                <th scope="col" className="number">
                  {t("whatIf.gain")}
                </th>
              )}
            </tr>
          </thead>
          <tbody onKeyDown={onKeyDown}>
            {lines.map((line) => (
              <tr key={line.id}>
                <th scope="row" className="lead">
                  <Link to={`/o/${line.id}`} data-row>
                    {line.name}
                  </Link>
                  <span className="soft small block">{line.about}</span>
                </th>
                {line.outcomes.map((outcome, index) => (
                  <td key={index} data-label={scenarios[index]?.scenarioName}>
                    {outcome && <Outcome outcome={outcome} />}
                  </td>
                ))}
                {paired && (
                  <td className="number" data-label={t("whatIf.gain")}>
                    <span className={line.clear ? undefined : "soft"}>{signed(line.gain)}</span>
                    {!line.clear && line.gain !== 0 && <span className="soft small block">{t("difference.unclearWord")}</span>}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Outcome({ outcome }: { outcome: SchoolOutcome }) {
  const { t } = useTranslation();
  const { expectedAttained, milestones, meanWaitMonths } = outcome;
  return (
    <>
      {number(expectedAttained.value, 1)} {t("counts.ofTotal", { total: number(milestones) })}{" "}
      <span className="soft small block">
        {interval(expectedAttained)} ·{" "}
        {meanWaitMonths === null
          ? t("whatIf.notServed")
          : meanWaitMonths < 0.05
            ? t("whatIf.noWait")
            : `${t("whatIf.waits")}: ${months(meanWaitMonths)}`}
      </span>
    </>
  );
}

function linesOf(scenarios: NonNullable<ForecastNode["outcome"]>["scenarios"]): SchoolLine[] {
  const lines = new Map<string, SchoolLine>();
  scenarios.forEach(({ schools }, index) => {
    for (const outcome of schools) {
      const { school } = outcome;
      if (school === null) continue;
      const share = school.profile?.shareDisadvantaged;
      const line = lines.get(school.id) ?? {
        id: school.id,
        name: school.name,
        about: [school.district?.name, share == null ? undefined : percent(share)].filter(Boolean).join(" · "),
        outcomes: Array.from({ length: scenarios.length }, () => undefined),
        gain: 0,
        clear: false,
        longestWait: 0,
      };
      line.outcomes[index] = outcome;
      line.longestWait = Math.max(line.longestWait, outcome.meanWaitMonths ?? 0);
      lines.set(school.id, line);
    }
  });
  for (const line of lines.values()) {
    const first = line.outcomes[0]?.expectedAttained;
    const last = line.outcomes.at(-1)?.expectedAttained;
    if (!first || !last) continue;
    line.gain = last.value - first.value;
    line.clear = !overlap(first, last);
  }
  return [...lines.values()];
}
