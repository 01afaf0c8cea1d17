/** How much each pool holds in each fiscal year: a slider for the hand, a number for the certain. */
import { useState } from "react";
import { Slider, SliderThumb, SliderTrack } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { AmountField } from "../ui/AmountField";
import { schoolYear } from "../words/dates";
import { dollars, plainNumber, shortDollars } from "../words/numbers";
import { countable, sliderEnd, sliderStep, type Draft, type PoolDraft } from "./draft";
import type { FieldsProps } from "./ScenarioEditor";

export function AllocationFields({ draft, baseline, ...rest }: FieldsProps & { baseline: Draft | undefined }) {
  const { t } = useTranslation();
  return (
    <div className="allocation">
      <h3>{t("whatIf.allocation")}</h3>
      {draft.pools.map((pool, index) => (
        <PoolFields
          key={pool.poolId}
          pool={pool}
          index={index}
          was={baseline?.pools.find(({ poolId }) => poolId === pool.poolId)}
          {...rest}
        />
      ))}
    </div>
  );
}

interface PoolFieldsProps extends Omit<FieldsProps, "draft"> {
  pool: PoolDraft;
  index: number;
  was: PoolDraft | undefined;
}

/** One row for all years while they are alike; a row a year once they differ, or on demand. */
function PoolFields({ pool, index, was, years, change, complaintsAt, disabled }: PoolFieldsProps) {
  const { t } = useTranslation();
  // The end is that of when the scenario was opened, so that the slider does not move under the hand.
  const [end] = useState(() => sliderEnd(pool, years));
  const [apart, setApart] = useState(false);
  const unitsIn = (year: number) => pool.capacity[year] ?? (pool.capacity[year] === null ? null : 0);
  const alike = years.every((year) => unitsIn(year) === unitsIn(years[0] ?? 0));
  const groups = apart || !alike ? years.map((year) => [year]) : [[...years]];
  const set = (some: readonly number[], units: number | null) =>
    change((now) => ({
      ...now,
      pools: now.pools.map((one) =>
        one.poolId === pool.poolId
          ? { ...one, capacity: { ...one.capacity, ...Object.fromEntries(some.map((year) => [year, units])) } }
          : one,
      ),
    }));
  return (
    <fieldset className="pool">
      <legend>{pool.name}</legend>
      <div className="pool-about">
        <span className="soft small">{unitWords(pool, t)}</span>
        {years.length > 1 && alike && (
          <button type="button" className="button quiet compact small" aria-expanded={apart} onClick={() => setApart(!apart)}>
            {t(apart ? "whatIf.allYears" : "whatIf.yearByYear")}
          </button>
        )}
      </div>
      {[...complaintsAt("pools", index), ...complaintsAt("pools", index, "poolId")].map((words) => (
        <p key={words} className="complaint" role="alert">
          {words}
        </p>
      ))}
      {groups.map((group) => (
        <PoolRow
          key={group.join()}
          pool={pool}
          period={group.length > 1 ? t("whatIf.everyYear") : schoolYear(group[0] ?? 0)}
          units={unitsIn(group[0] ?? 0)}
          before={was && (was.capacity[group[0] ?? 0] ?? 0)}
          end={end}
          disabled={disabled}
          // One amount for several years is wrong in each of them: it is said once.
          complaints={group.flatMap((year) => complaintsAt("pools", index, "capacity", year)).slice(0, 1)}
          onChange={(units) => set(group, units)}
        />
      ))}
    </fieldset>
  );
}

interface PoolRowProps {
  pool: PoolDraft;
  period: string;
  units: number | null;
  before: number | undefined;
  end: number;
  disabled: boolean;
  complaints: readonly string[];
  onChange: (units: number | null) => void;
}

function PoolRow({ pool, period, units, before, end, disabled, complaints, onChange }: PoolRowProps) {
  const { t } = useTranslation();
  const funds = pool.kind === "FUNDS";
  const label = `${pool.name}, ${period}`;
  const step = sliderStep(pool, end);
  return (
    <div className="pool-year">
      <span className="small">{period}</span>
      <PoolSlider
        label={label}
        value={units ?? 0}
        end={end}
        step={step}
        disabled={disabled}
        words={funds ? dollars : (value) => `${plainNumber(value)} ${pool.unit}`}
        onChange={onChange}
      />
      <AmountField
        label={label}
        value={units}
        disabled={disabled}
        step={step}
        prefix={funds ? "$" : undefined}
        complaints={complaints}
        onChange={onChange}
      />
      <span className="pool-cost soft small">
        {!funds && countable(units) && t("whatIf.costs", { cost: shortDollars(pool.unitCost * units) })}
        {before !== undefined && units !== before && (
          <span className="changed">
            {!funds && countable(units) && " · "}
            {t("whatIf.changed", { was: funds ? shortDollars(before) : plainNumber(before) })}
          </span>
        )}
      </span>
    </div>
  );
}

function unitWords(pool: PoolDraft, t: ReturnType<typeof useTranslation>["t"]): string {
  if (pool.kind === "FUNDS") return t("whatIf.fundsUnit");
  return t("whatIf.unitCost", { cost: shortDollars(pool.unitCost), unit: pool.unit });
}

interface PoolSliderProps {
  label: string;
  value: number;
  end: number;
  step: number;
  disabled: boolean;
  words: (value: number) => string;
  onChange: (value: number) => void;
}

function PoolSlider({ label, value, end, step, disabled, words, onChange }: PoolSliderProps) {
  return (
    <Slider
      className="slider"
      aria-label={label}
      minValue={0}
      maxValue={end}
      step={step}
      value={Math.min(end, Math.max(0, value))}
      isDisabled={disabled}
      onChange={(next) => onChange(next)}
    >
      <SliderTrack className="slider-track">
        {({ state }) => (
          <>
            <span className="slider-fill" style={{ width: `${state.getThumbPercent(0) * 100}%` }} />
            <SliderThumb className="slider-thumb" aria-label={label} aria-valuetext={words(value)} />
          </>
        )}
      </SliderTrack>
    </Slider>
  );
}
