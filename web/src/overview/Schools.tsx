/** The schools of a state or district: filtered and paged by the server, the filters in the address. */
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useQuery } from "urql";

import { useIndicators } from "../app/viewer";
import { SchoolsDocument, type SchoolRowFragment } from "../gql/graphql";
import { Empty, Problem } from "../ui/Problem";
import { useSettled } from "../ui/Search";
import { Bones } from "../ui/Skeleton";
import { number } from "../words/numbers";
import { addressOf, filterOf, leading, LEVELS, viewOf, type SchoolView } from "./filters";
import { SchoolTable } from "./SchoolTable";

interface SchoolsProps {
  organizationId: string;
  stateId: string | undefined;
  inDistrict: boolean;
}

interface Page {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: SchoolRowFragment[];
}

export function Schools({ organizationId, stateId, inDistrict }: SchoolsProps) {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const indicators = useIndicators(stateId);
  const view = viewOf(address);
  const indicator = indicators.find(({ key }) => key === view.indicator) ?? leading(indicators);
  const change = (part: Partial<SchoolView>) => setAddress((now) => addressOf(now, part), { replace: true, preventScrollReset: true });

  const what = JSON.stringify([filterOf(view), view.orderBy, indicator?.id]);
  const [place, setPlace] = useState<{ what: string; after: string | null }>({ what, after: null });
  const after = place.what === what ? place.after : null;
  const [{ data, error, fetching, stale }, ask] = useQuery({
    query: SchoolsDocument,
    variables: { id: organizationId, filter: filterOf(view), orderBy: view.orderBy, after, indicator: indicator?.id ?? "" },
    pause: indicator === undefined,
  });
  const page: Page | undefined =
    data?.node?.__typename === "State" || data?.node?.__typename === "District" ? data.node.schools : undefined;
  const filtered = view.name !== "" || view.level !== null || view.identified;

  return (
    <section aria-labelledby="schools" className="schools">
      <div className="schools-head">
        <h2 id="schools">{t("overview.schools")}</h2>
        <p className="soft small" role="status">
          {page ? t("overview.shown", { shown: number(page.nodes.length), total: number(page.totalCount) }) : "\u00a0"}
        </p>
      </div>
      <Filters view={view} change={change} indicators={indicators} indicator={indicator?.key} />
      {filtered && <Chips view={view} change={change} />}
      {error && !page ? (
        <Problem error={error} again={() => ask({ requestPolicy: "network-only" })} />
      ) : !page || !indicator ? (
        <Bones rows={12} height={28} gap={20} />
      ) : page.totalCount === 0 ? (
        <Empty title={t("overview.noneTitle")} hint={t("overview.noneHint")} />
      ) : (
        <div aria-busy={stale || fetching} className={stale ? "dimmed" : undefined}>
          <SchoolTable
            schools={page.nodes}
            indicators={indicators}
            indicator={indicator}
            inDistrict={inDistrict}
            orderBy={view.orderBy}
            onOrder={(orderBy) => change({ orderBy })}
          />
          {page.pageInfo.hasNextPage && (
            <button
              type="button"
              className="button schools-more"
              disabled={fetching}
              onClick={() => setPlace({ what, after: page.pageInfo.endCursor })}
            >
              {fetching ? t("app.loading") : t("app.more")}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

interface FilterProps {
  view: SchoolView;
  change: (part: Partial<SchoolView>) => void;
}

interface FiltersProps extends FilterProps {
  indicators: readonly { key: string; name: string }[];
  indicator: string | undefined;
}

function Filters({ view, change, indicators, indicator }: FiltersProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="filters" role="search" aria-label={t("overview.schools")}>
      <NameFilter view={view} change={change} />
      <div className="field">
        <label htmlFor={`${id}level`}>{t("overview.filterLevel")}</label>
        <select
          id={`${id}level`}
          className="select"
          value={view.level ?? ""}
          onChange={(event) => change({ level: LEVELS.find((level) => level === event.target.value) ?? null })}
        >
          <option value="">{t("overview.allLevels")}</option>
          {LEVELS.map((level) => (
            <option key={level} value={level}>
              {t(`level.${level}`)}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}identified`}>{t("overview.status")}</label>
        <select
          id={`${id}identified`}
          className="select"
          value={view.identified ? "yes" : ""}
          onChange={(event) => change({ identified: event.target.value === "yes" })}
        >
          <option value="">{t("overview.everySchool")}</option>
          <option value="yes">{t("overview.onlyIdentified")}</option>
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}indicator`}>{t("overview.indicator")}</label>
        <select
          id={`${id}indicator`}
          className="select"
          value={indicator ?? ""}
          onChange={(event) => change({ indicator: event.target.value })}
        >
          {indicators.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

/** Asks once the typing has come to rest. */
function NameFilter({ view, change }: FilterProps) {
  const { t } = useTranslation();
  const id = useId();
  const [text, setText] = useState(view.name);
  const [known, setKnown] = useState(view.name);
  if (known !== view.name) {
    // The address was changed elsewhere (a chip, the back button): follow it.
    setKnown(view.name);
    if (text.trim() !== view.name) setText(view.name);
  }
  const settled = useSettled(text.trim());
  useEffect(() => {
    if (settled === text.trim() && settled !== view.name) change({ name: settled });
    // Only a settled text may move the address; every other change comes from it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);
  return (
    <div className="field filters-name">
      <label htmlFor={id}>{t("overview.filterName")}</label>
      <input id={id} className="input" type="search" value={text} spellCheck={false} onChange={(event) => setText(event.target.value)} />
    </div>
  );
}

function Chips({ view, change }: FilterProps) {
  const { t } = useTranslation();
  const chips = [
    ...(view.name ? [{ words: `“${view.name}”`, without: { name: "" } }] : []),
    ...(view.level ? [{ words: t(`level.${view.level}`), without: { level: null } }] : []),
    ...(view.identified ? [{ words: t("overview.onlyIdentified"), without: { identified: false } }] : []),
  ];
  return (
    <div className="chips">
      {chips.map(({ words, without }) => (
        <button key={words} type="button" className="chip" aria-label={t("overview.removeFilter", { name: words })} onClick={() => change(without)}>
          {words} <span aria-hidden="true">×</span>
        </button>
      ))}
      {chips.length > 1 && (
        <button type="button" className="button quiet compact small" onClick={() => change({ name: "", level: null, identified: false })}>
          {t("overview.clear")}
        </button>
      )}
    </div>
  );
}
