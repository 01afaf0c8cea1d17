/** The districts of a state, each with how its milestones stand; those with most at stake can be found by name. */
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { GlanceBar } from "../charts/GlanceBar";
import type { CountsFragment } from "../gql/graphql";
import { useRowKeys } from "../ui/useRowKeys";

interface District {
  id: string;
  name: string;
  milestoneCounts: CountsFragment;
}

export function Districts({ districts }: { districts: readonly District[] }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const field = useId();
  const onKeyDown = useRowKeys();
  const wanted = text.trim().toLocaleLowerCase();
  const shown = districts.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  return (
    <section aria-labelledby="districts" className="districts">
      <h2 id="districts">{t("overview.districts")}</h2>
      <div className="field">
        <label htmlFor={field} className="unseen">
          {t("overview.filterDistrict")}
        </label>
        <input
          id={field}
          className="input"
          type="search"
          placeholder={t("overview.filterDistrict")}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <ul onKeyDown={onKeyDown}>
        {shown.map(({ id, name, milestoneCounts }) => (
          <li key={id}>
            <Link to={`/o/${id}`} data-row>
              {name}
            </Link>
            <span className="soft small">{t("counts.total", { count: milestoneCounts.total })}</span>
            <GlanceBar counts={milestoneCounts} />
          </li>
        ))}
      </ul>
    </section>
  );
}
