/** The scenarios of a state: choose one to look at or change, tick those to compare, copy, remove. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";

import { CopyScenarioDocument, RemoveScenarioDocument, type ScenarioPartsFragment } from "../gql/graphql";
import { newKey, type Refusal } from "../graphql/acts";
import { Dialog } from "../ui/Dialog";
import { copyName } from "./draft";

interface ScenarioListProps {
  scenarios: readonly ScenarioPartsFragment[];
  selected: ScenarioPartsFragment;
  compared: readonly string[];
  mayChange: boolean;
  select: (id: string) => void;
  compare: (ids: readonly string[]) => void;
  again: () => void;
}

export function ScenarioList({ scenarios, selected, compared, mayChange, select, compare, again }: ScenarioListProps) {
  const { t } = useTranslation();
  const client = useClient();
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const [busy, setBusy] = useState(false);
  const [removing, setRemoving] = useState(false);

  const copy = async () => {
    setBusy(true);
    const name = copyName(selected.name, scenarios.map((one) => one.name));
    const { data, error } = await client
      .mutation(CopyScenarioDocument, { input: { id: selected.id, name, idempotencyKey: newKey() } })
      .toPromise();
    setBusy(false);
    setRefusals(told(data?.copyScenario.errors, error !== undefined, t("problem.network")));
    if (data?.copyScenario.scenario) {
      again();
      select(data.copyScenario.scenario.id);
    }
  };
  const remove = async () => {
    setRemoving(false);
    setBusy(true);
    const { data, error } = await client
      .mutation(RemoveScenarioDocument, { input: { id: selected.id, idempotencyKey: newKey() } })
      .toPromise();
    setBusy(false);
    setRefusals(told(data?.removeScenario.errors, error !== undefined, t("problem.network")));
    if (data?.removeScenario.removedId != null) {
      compare(compared.filter((id) => id !== selected.id));
      select("");
      again();
    }
  };

  return (
    <section aria-labelledby="scenarios">
      <h2 id="scenarios">{t("whatIf.scenarios")}</h2>
      <ul className="scenario-list">
        {scenarios.map(({ id, name, isBaseline }) => (
          <li key={id} className={id === selected.id ? "chosen" : undefined}>
            <input
              type="checkbox"
              aria-label={`${t("whatIf.compare")}: ${name}`}
              title={t("whatIf.compareHint")}
              checked={compared.includes(id)}
              onChange={(event) =>
                compare(event.target.checked ? [...compared, id] : compared.filter((one) => one !== id))
              }
            />
            <button type="button" aria-current={id === selected.id} onClick={() => select(id)}>
              {name}
            </button>
            {isBaseline && <span className="tag">{t("whatIf.baseline")}</span>}
          </li>
        ))}
      </ul>
      {selected.isBaseline && mayChange && <p className="soft small">{t("whatIf.baselineHint")}</p>}
      {mayChange && (
        <div className="scenario-acts">
          <button type="button" className={selected.isBaseline ? "button primary" : "button"} disabled={busy} onClick={() => void copy()}>
            {t(selected.isBaseline ? "whatIf.copyBaseline" : "whatIf.copy")}
          </button>
          {!selected.isBaseline && (
            <button type="button" className="button" disabled={busy} onClick={() => setRemoving(true)}>
              {t("whatIf.remove")}
            </button>
          )}
        </div>
      )}
      {refusals.length > 0 && (
        <div role="alert">
          {refusals.map(({ message }) => (
            <p key={message} className="complaint">
              {message}
            </p>
          ))}
        </div>
      )}
      {removing && (
        <Dialog title={t("whatIf.removeTitle", { name: selected.name })} close={() => setRemoving(false)}>
          <p>{t("whatIf.removeHint")}</p>
          <div className="dialog-acts">
            <button type="button" className="button" onClick={() => setRemoving(false)}>
              {t("whatIf.cancel")}
            </button>
            <button type="button" className="button primary" onClick={() => void remove()}>
              {t("whatIf.remove")}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

function told(errors: readonly Refusal[] | undefined, unreachable: boolean, words: string): readonly Refusal[] {
  if (unreachable) return [{ field: [], code: "REFUSED", message: words }];
  return errors ?? [];
}
