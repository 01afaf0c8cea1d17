/** Schools that get their place in a pool whatever the rule says. */
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { FindSchoolsDocument } from "../gql/graphql";
import { Search, useSettled } from "../ui/Search";
import type { FieldsProps } from "./ScenarioEditor";

export function PinFields({ draft, change, complaintsAt, disabled, stateId }: FieldsProps & { stateId: string }) {
  const { t } = useTranslation();
  const id = useId();
  const poolField = useId();
  const [text, setText] = useState("");
  const [poolId, setPoolId] = useState(draft.pools[0]?.poolId ?? "");
  const contains = useSettled(text.trim(), 200);
  const [{ data, fetching }] = useQuery({
    query: FindSchoolsDocument,
    variables: { state: stateId, contains },
    pause: contains === "" || disabled,
  });
  const schools = contains !== "" && text !== "" && data?.node?.__typename === "State" ? data.node.schools.nodes : [];
  const pool = draft.pools.find((one) => one.poolId === poolId);
  const unused = disabled && draft.pins.length === 0;
  if (unused) return null;
  return (
    <details className="pins" open={draft.policy === "FIXED" || draft.pins.length > 0 || undefined}>
      <summary>
        <h3 id={id}>
          {t("whatIf.pins")} {draft.pins.length > 0 && <span className="tag">{draft.pins.length}</span>}
        </h3>
      </summary>
      <p className="soft small">{t("whatIf.pinsHint")}</p>
      {complaintsAt("policy", "pins").map((words) => (
        <p key={words} className="complaint" role="alert">
          {words}
        </p>
      ))}
      {draft.pins.length === 0 ? (
        <p className="soft small">{t("whatIf.noPins")}</p>
      ) : (
        <ul aria-labelledby={id}>
          {draft.pins.map((pin, index) => (
            <li key={`${pin.schoolId} ${pin.poolId}`} className="pin">
              <span>
                {pin.schoolName}
                <span className="soft small block">{pin.poolName}</span>
                {[
                  ...complaintsAt("policy", "pins", index),
                  ...complaintsAt("policy", "pins", index, "poolId"),
                  ...complaintsAt("policy", "pins", index, "organizationId"),
                ].map((words) => (
                  <span key={words} className="complaint" role="alert">
                    {words}
                  </span>
                ))}
              </span>
              {!disabled && (
                <button
                  type="button"
                  className="button quiet compact"
                  aria-label={t("whatIf.pinRemove", { school: pin.schoolName, pool: pin.poolName })}
                  onClick={() => change((now) => ({ ...now, pins: now.pins.filter((_, at) => at !== index) }))}
                >
                  ×
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {!disabled && (
        <div className="pin-add">
          <div className="field">
            <label htmlFor={poolField}>{t("whatIf.pinPool")}</label>
            <select id={poolField} className="select" value={poolId} onChange={(event) => setPoolId(event.target.value)}>
              {draft.pools.map((one) => (
                <option key={one.poolId} value={one.poolId}>
                  {one.name}
                </option>
              ))}
            </select>
          </div>
          <Search
            label={t("whatIf.pinAdd")}
            labelled
            placeholder={t("command.placeholder")}
            text={text}
            onText={setText}
            none={t("whatIf.noSchool")}
            status={fetching ? t("app.loading") : undefined}
            found={schools.map(({ id, name, district }) => ({ id, name, about: district?.name ?? "" }))}
            choose={({ id, name }) => {
              setText("");
              if (!pool || draft.pins.some((pin) => pin.schoolId === id && pin.poolId === pool.poolId)) return;
              change((now) => ({
                ...now,
                pins: [...now.pins, { poolId: pool.poolId, poolName: pool.name, schoolId: id, schoolName: name }],
              }));
            }}
          />
        </div>
      )}
    </details>
  );
}
