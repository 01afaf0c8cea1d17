/** The figures of one scenario. What the server refuses stands beside the field it is about; its words come first. */
import { useId } from "react";
import { useTranslation } from "react-i18next";

import type { ScenarioPartsFragment } from "../gql/graphql";
import { refusalsAt, refusalsElsewhere, refusedBeside } from "../graphql/acts";
import { AllocationFields } from "./AllocationFields";
import { BudgetFields } from "./BudgetFields";
import { draftOf, hints, HORIZONS, TERMS, yearsOf, type Draft } from "./draft";
import { PinFields } from "./PinFields";
import { PolicyFields } from "./PolicyFields";
import { useEditor, type Editor } from "./useEditor";
import { months } from "../words/chances";

interface ScenarioEditorProps {
  stateId: string;
  scenario: ScenarioPartsFragment;
  baseline: ScenarioPartsFragment | undefined;
  mayChange: boolean;
  onChange: () => void;
  onSaved: () => void;
}

/** What every group of fields needs to know. */
export interface FieldsProps {
  draft: Draft;
  years: readonly number[];
  change: (edit: (draft: Draft) => Draft) => void;
  complaintsAt: (...place: (string | number)[]) => string[];
  disabled: boolean;
}

export function ScenarioEditor({ stateId, scenario, baseline, mayChange, onChange, onSaved }: ScenarioEditorProps) {
  const { t } = useTranslation();
  const id = useId();
  const editor = useEditor(scenario, onChange, onSaved);
  const { draft, refusals } = editor;
  const years = yearsOf(scenario);
  const foreseen = hints(draft, years);
  const complaintsAt = (...place: (string | number)[]) => {
    const told = editor.saving === "refused" ? refusals : [];
    return refusedBeside(told, ...place) ? refusalsAt(told, ...place) : refusalsAt(foreseen, ...place);
  };
  const elsewhere = editor.conflict ? [] : refusalsElsewhere(refusals, placesShown(draft, years));
  const fields: FieldsProps = { draft, years, change: editor.change, complaintsAt, disabled: !mayChange };
  const horizons = [...new Set([...HORIZONS, draft.horizonMonths])].sort((one, other) => one - other);

  return (
    <section className="editor" aria-label={scenario.name}>
      {mayChange && (
        <div className="field">
          <label htmlFor={`${id}name`}>{t("whatIf.name")}</label>
          <input
            id={`${id}name`}
            className="input"
            value={draft.name}
            maxLength={200}
            aria-invalid={complaintsAt("name").length > 0}
            aria-describedby={`${id}complaint`}
            onChange={(event) => editor.change((now) => ({ ...now, name: event.target.value }))}
          />
          <div id={`${id}complaint`} role="alert">
            {complaintsAt("name").map((words) => (
              <p key={words} className="complaint">
                {words}
              </p>
            ))}
          </div>
        </div>
      )}
      {mayChange && <SaveState editor={editor} current={scenario} />}
      {elsewhere.length > 0 && (
        <div role="alert">
          {elsewhere.map(({ message }) => (
            <p key={message} className="complaint">
              {message}
            </p>
          ))}
        </div>
      )}
      <BudgetFields {...fields} />
      <AllocationFields {...fields} baseline={baseline && !scenario.isBaseline ? draftOf(baseline) : undefined} />
      <PolicyFields {...fields} />
      <PinFields {...fields} stateId={stateId} />
      <div className="field horizon">
        <label htmlFor={`${id}horizon`}>{t("whatIf.horizon")}</label>
        <select
          id={`${id}horizon`}
          className="select"
          disabled={!mayChange}
          value={draft.horizonMonths}
          onChange={(event) => editor.change((now) => ({ ...now, horizonMonths: Number(event.target.value) }))}
        >
          {horizons.map((horizon) => (
            <option key={horizon} value={horizon}>
              {months(horizon)}
            </option>
          ))}
        </select>
        {complaintsAt("horizonMonths").map((words) => (
          <p key={words} className="complaint" role="alert">
            {words}
          </p>
        ))}
      </div>
    </section>
  );
}

/** The places of the input that have a field of their own on the page. */
function placesShown(draft: Draft, years: readonly number[]): (string | number)[][] {
  return [
    ["name"],
    ["horizonMonths"],
    ["policy"],
    ["policy", "kind"],
    ["policy", "weights"],
    ["policy", "pins"],
    ...draft.pins.flatMap((_, index) => [
      ["policy", "pins", index],
      ["policy", "pins", index, "poolId"],
      ["policy", "pins", index, "organizationId"],
    ]),
    ...TERMS.map((term) => ["policy", "weights", term]),
    ...years.map((year) => ["budget", year]),
    ...draft.pools.flatMap((_, index) => [
      ["pools", index],
      ["pools", index, "poolId"],
      ...years.map((year) => ["pools", index, "capacity", year]),
    ]),
  ];
}

function SaveState({ editor, current }: { editor: Editor; current: ScenarioPartsFragment }) {
  const { t } = useTranslation();
  if (editor.conflict) {
    return (
      <div className="conflict" role="alert">
        <p>
          <strong>{t("whatIf.conflict")}.</strong> {editor.refusals.map(({ message }) => message).join(" ")}
        </p>
        <div className="scenario-acts">
          <button type="button" className="button" onClick={() => editor.takeTheirs(current)}>
            {t("whatIf.takeTheirs")}
          </button>
          <button type="button" className="button" onClick={() => editor.keepMine(current)}>
            {t("whatIf.keepMine")}
          </button>
        </div>
      </div>
    );
  }
  const words = {
    saved: t("whatIf.saved"),
    waiting: t("whatIf.saving"),
    saving: t("whatIf.saving"),
    refused: t("whatIf.unsaved"),
    unreachable: t("problem.network"),
  }[editor.saving];
  return (
    <p className={editor.saving === "refused" || editor.saving === "unreachable" ? "complaint" : "soft small"} role="status">
      {words}
    </p>
  );
}
