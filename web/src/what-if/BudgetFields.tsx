/** What each fiscal year costs against what there is: spent, left, or too much. */
import { useTranslation } from "react-i18next";

import { AmountField } from "../ui/AmountField";
import { schoolYear } from "../words/dates";
import { shortDollars } from "../words/numbers";
import { budgetLines, type BudgetLine } from "./draft";
import type { FieldsProps } from "./ScenarioEditor";

export function BudgetFields({ draft, years, change, complaintsAt, disabled }: FieldsProps) {
  const { t } = useTranslation();
  const lines = budgetLines(draft, years);
  const scale = Math.max(1, ...lines.map(({ spent, budget }) => Math.max(spent, budget ?? 0)));
  const set = (year: number, dollars: number | null) => change((now) => ({ ...now, budget: { ...now.budget, [year]: dollars } }));
  const clear = (year: number) =>
    change((now) => ({ ...now, budget: Object.fromEntries(Object.entries(now.budget).filter(([key]) => Number(key) !== year)) }));
  return (
    <fieldset className="budget">
      <legend>{t("whatIf.budget")}</legend>
      {lines.map((line) => {
        const complaints = complaintsAt("budget", line.year);
        const over = line.left !== null && line.left < -0.005;
        return (
          <div key={line.year} className="budget-year">
            <span className="small nowrap">{schoolYear(line.year)}</span>
            <BudgetBar line={line} scale={scale} />
            <AmountField
              label={t("whatIf.budgetOf", { year: schoolYear(line.year) })}
              value={draft.budget[line.year] ?? null}
              prefix="$"
              step={10_000}
              decimals={0}
              disabled={disabled}
              optional={{ placeholder: t("whatIf.noBudget"), clear: () => clear(line.year) }}
              complaints={complaints.length > 0 ? complaints : over ? [`${t("whatIf.over", { over: shortDollars(-(line.left ?? 0)) })}. ${t("whatIf.overHint")}`] : []}
              onChange={(dollars) => set(line.year, dollars)}
            />
            <span className={over ? "budget-words over" : "budget-words soft"}>{budgetWords(line, t)}</span>
          </div>
        );
      })}
    </fieldset>
  );
}

export function budgetWords({ spent, budget, left }: BudgetLine, t: ReturnType<typeof useTranslation>["t"]): string {
  if (budget === null || left === null) return t("whatIf.spentOnly", { spent: shortDollars(spent) });
  const of = t("whatIf.spent", { spent: shortDollars(spent), budget: shortDollars(budget) });
  const rest = left < -0.005 ? t("whatIf.over", { over: shortDollars(-left) }) : t("whatIf.left", { left: shortDollars(left) });
  return `${of}, ${rest}`;
}

/** All years on one scale: the money there is as an outline, what is spent inside it, what is too much beyond it. */
function BudgetBar({ line, scale }: { line: BudgetLine; scale: number }) {
  const share = (dollars: number) => `${(Math.max(0, dollars) / scale) * 100}%`;
  const within = line.budget === null ? line.spent : Math.min(line.spent, line.budget);
  return (
    <span className="budget-bar" aria-hidden="true">
      {line.budget !== null && <i className="there" style={{ width: share(line.budget) }} />}
      <i className="spent" style={{ width: share(within) }} />
      {line.budget !== null && line.spent > line.budget && (
        <i className="beyond" style={{ left: share(line.budget), width: share(line.spent - line.budget) }} />
      )}
    </span>
  );
}
