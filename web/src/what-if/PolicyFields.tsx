/** By which rule waiting schools are served, and for a need index what weighs how much. */
import { useId } from "react";
import { useTranslation } from "react-i18next";

import { AmountField } from "../ui/AmountField";
import { percent } from "../words/numbers";
import { POLICIES, TERMS } from "./draft";
import type { FieldsProps } from "./ScenarioEditor";

export function PolicyFields({ draft, change, complaintsAt, disabled }: FieldsProps) {
  const { t } = useTranslation();
  const id = useId();
  const total = TERMS.reduce((sum, term) => sum + Math.max(0, draft.weights[term] ?? 0), 0);
  const complaints = [...complaintsAt("policy"), ...complaintsAt("policy", "kind"), ...complaintsAt("policy", "weights")];
  return (
    <div className="policy">
      <div className="field">
        <h3>
          <label htmlFor={id}>{t("whatIf.policy")}</label>
        </h3>
        <select
          id={id}
          className="select"
          disabled={disabled}
          value={draft.policy}
          aria-describedby={`${id}hint`}
          onChange={(event) => {
            const policy = POLICIES.find((kind) => kind === event.target.value);
            if (policy) change((now) => ({ ...now, policy }));
          }}
        >
          {POLICIES.map((kind) => (
            <option key={kind} value={kind}>
              {t(`whatIf.policies.${kind}`)}
            </option>
          ))}
        </select>
        <p id={`${id}hint`} className="soft small">
          {t(`whatIf.policyHint.${draft.policy}`)}
        </p>
        {complaints.map((words) => (
          <p key={words} className="complaint" role="alert">
            {words}
          </p>
        ))}
      </div>
      {draft.policy === "NEED_INDEX" && (
        <fieldset className="weights">
          <legend className="label">{t("whatIf.weights")}</legend>
          {TERMS.map((term) => (
            <div key={term} className="weight">
              <AmountField
                label={t(`whatIf.terms.${term}`)}
                labelled
                value={draft.weights[term]}
                step={0.1}
                disabled={disabled}
                complaints={complaintsAt("policy", "weights", term)}
                onChange={(weight) => change((now) => ({ ...now, weights: { ...now.weights, [term]: weight } }))}
              />
              <span className="soft small">
                {total > 0 && t("whatIf.weightShare", { share: percent(Math.max(0, draft.weights[term] ?? 0) / total) })}
              </span>
            </div>
          ))}
        </fieldset>
      )}
    </div>
  );
}
