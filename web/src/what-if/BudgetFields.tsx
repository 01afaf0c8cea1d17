/** What each fiscal year costs against what there is: spent, left, or too much. */
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { AmountField } from "../ui/AmountField";
import { schoolYear } from "../words/dates";
import { shortDollars } from "../words/numbers";
import { budgetLines, type BudgetLine } from "./draft";
import type { FieldsProps } from "./ScenarioEditor";

const HALF_A_CENT = 0.005; // as the server rounds

export function BudgetFields({ draft, years, change, complaintsAt, disabled }: FieldsProps) {
  const { t } = useTranslation();
  const [apart, setApart] = useState(false);
  const lines = budgetLines(draft, years);
  const scale = Math.max(1, ...lines.map(({ spent, budget }) => Math.max(spent ?? 0, budget ?? 0)));
  const alike = lines.every(({ spent, budget }) => spent === lines[0]?.spent && budget === lines[0].budget);
  const groups = apart || !alike ? years.map((year) => [year]) : [[...years]];
  const set = (some: readonly number[], dollars: number | null) =>
    change((now) => ({ ...now, budget: { ...now.budget, ...Object.fromEntries(some.map((year) => [year, dollars])) } }));
  const clear = (some: readonly number[]) =>
    change((now) => ({
      ...now,
      budget: Object.fromEntries(Object.entries(now.budget).filter(([year]) => !some.includes(Number(year)))),
    }));
  return (
    <fieldset className="budget">
      <legend>{t("whatIf.budget")}</legend>
      <div className="pool-about">
        <span className="soft small">{t("whatIf.budgetHint")}</span>
        {years.length > 1 && alike && (
          <button type="button" className="button quiet compact small" aria-expanded={apart} onClick={() => setApart(!apart)}>
            {t(apart ? "whatIf.allYears" : "whatIf.yearByYear")}
          </button>
        )}
      </div>
      {groups.map((group) => {
        const line = lines.find(({ year }) => year === group[0]);
        if (!line) return null;
        const period = group.length > 1 ? t("whatIf.everyYear") : schoolYear(line.year);
        const told = group.flatMap((year) => complaintsAt("budget", year)).slice(0, 1);
        const over = line.left !== null && line.left < -HALF_A_CENT;
        const foreseen = over ? [`${t("whatIf.over", { over: shortDollars(-(line.left ?? 0)) })}. ${t("whatIf.overHint")}`] : [];
        return (
          <div key={group.join()} className="budget-year">
            <span className="small">{period}</span>
            <BudgetBar line={line} scale={scale} />
            <AmountField
              label={t("whatIf.budgetOf", { year: period })}
              value={draft.budget[line.year] ?? null}
              prefix="$"
              step={10_000}
              decimals={0}
              disabled={disabled}
              optional={{ placeholder: t("whatIf.noBudget"), clear: () => clear(group) }}
              complaints={told.length > 0 ? told : foreseen}
              onChange={(dollars) => set(group, dollars)}
            />
            <span className={over ? "budget-words over" : "budget-words soft"}>{budgetWords(line, t)}</span>
          </div>
        );
      })}
    </fieldset>
  );
}

/** "$4.12M spent, $204K left"; "$4.5M spent, $180K too much"; no cost while an amount is wrong. */
export function budgetWords({ spent, budget, left }: BudgetLine, t: ReturnType<typeof useTranslation>["t"]): string {
  if (spent === null) return t("whatIf.spentUnknown");
  if (budget === null || left === null) return t("whatIf.spentOnly", { spent: shortDollars(spent) });
  const of = t("whatIf.spent", { spent: shortDollars(spent) });
  const rest = left < -HALF_A_CENT ? t("whatIf.over", { over: shortDollars(-left) }) : t("whatIf.left", { left: shortDollars(left) });
  return `${of}, ${rest}`;
}

/** All years on one scale: the money there is as an outline, what is spent inside it, what is too much beyond it. */
function BudgetBar({ line, scale }: { line: BudgetLine; scale: number }) {
  const share = (dollars: number) => `${(Math.max(0, dollars) / scale) * 100}%`;
  const spent = line.spent ?? 0;
  const within = line.budget === null ? spent : Math.min(spent, line.budget);
  return (
    <span className="budget-bar" aria-hidden="true">
      {line.budget !== null && <i className="there" style={{ width: share(line.budget) }} />}
      <i className="spent" style={{ width: share(within) }} />
      {line.budget !== null && spent > line.budget && (
        <i className="beyond" style={{ left: share(line.budget), width: share(spent - line.budget) }} />
      )}
    </span>
  );
}
