/** What was read at a school: the latest value of each indicator, its years, and why a value is not there. */
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Sparkline } from "../charts/Sparkline";
import { SeriesDocument, type IndicatorWordsFragment, type ObservationPartsFragment } from "../gql/graphql";
import { Empty } from "../ui/Problem";
import { ReadingValue } from "../ui/ReadingValue";
import { Bone } from "../ui/Skeleton";
import { schoolYear } from "../words/dates";
import { groupWords } from "../words/groups";
import { number } from "../words/numbers";
import type { SchoolNode } from "./SchoolPage";

const GROUPS = ["ALL", "EDS", "ELS", "SWD"]; // those that every state reports

export function Readings({ school }: { school: SchoolNode }) {
  const { t } = useTranslation();
  const field = useId();
  const [group, setGroup] = useState("ALL");
  const groups = [...new Set([...GROUPS, ...school.goals.nodes.map(({ studentGroup }) => studentGroup)])];
  return (
    <section aria-labelledby="readings">
      <div className="section-head">
        <h2 id="readings">{t("school.readings")}</h2>
        {school.latestReadings.length > 0 && (
          <div className="field">
            <label htmlFor={field} className="unseen">
              {t("group.title")}
            </label>
            <select id={field} className="select" value={group} onChange={(event) => setGroup(event.target.value)}>
              {groups.map((code) => (
                <option key={code} value={code}>
                  {groupWords(code)}
                </option>
              ))}
            </select>
          </div>
        )}
      </div>
      {school.latestReadings.length === 0 ? (
        <Empty title={t("school.noReadings")} hint={t("school.noReadingsHint")} />
      ) : (
        <ul className="readings">
          {school.latestReadings.map(({ indicator }) => (
            <IndicatorYears key={indicator.id} schoolId={school.id} indicator={indicator} group={group} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface IndicatorYearsProps {
  schoolId: string;
  indicator: IndicatorWordsFragment;
  group: string;
}

function IndicatorYears({ schoolId, indicator, group }: IndicatorYearsProps) {
  const { t } = useTranslation();
  const [{ data }] = useQuery({ query: SeriesDocument, variables: { school: schoolId, indicator: indicator.id, group } });
  const years = data?.node?.__typename === "School" ? data.node.series : undefined;
  const latest = years?.at(-1);
  return (
    <li className="reading-line">
      <div>
        <h3>{indicator.name}</h3>
        <p className="soft small">{indicator.description}</p>
      </div>
      {years === undefined ? (
        <Bone height={72} />
      ) : latest === undefined ? (
        <p className="soft small">{t("reading.none")}</p>
      ) : (
        <>
          <div className="reading-now">
            <ReadingValue reading={latest.reading} indicator={indicator} detailed />
            <span className="soft small">
              {schoolYear(latest.schoolYear)}
              {latest.reading.tested !== null && `, ${t("reading.tested", { n: number(latest.reading.tested) })}`}
            </span>
          </div>
          <Sparkline indicator={indicator} readings={years} />
          <Years years={years} indicator={indicator} />
        </>
      )}
    </li>
  );
}

function Years({ years, indicator }: { years: readonly ObservationPartsFragment[]; indicator: IndicatorWordsFragment }) {
  const { t } = useTranslation();
  return (
    <div className="scroll years" tabIndex={0} role="group" aria-label={indicator.name}>
      <table className="table">
        <caption className="unseen">{indicator.name}</caption>
        <thead>
          <tr>
            {years.map((one) => (
              <th key={one.id} scope="col" className="nowrap">
                {schoolYear(one.schoolYear)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            {years.map((one) => (
              <td key={one.id} title={`${t("reading.source")}: ${one.source}`}>
                <ReadingValue reading={one.reading} indicator={indicator} />
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}
