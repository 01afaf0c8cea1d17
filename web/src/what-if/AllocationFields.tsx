/** How much each pool holds in each fiscal year: a slider for the hand, a number for the certain. */
import { useState } from "react";
import { Slider, SliderThumb, SliderTrack } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { AmountField } from "../ui/AmountField";
import { schoolYear } from "../words/dates";
import { dollars, plainNumber, shortDollars } from "../words/numbers";
import { sliderEnd, sliderStep, type Draft, type PoolDraft } from "./draft";
import type { FieldsProps } from "./ScenarioEditor";

export function AllocationFields({ draft, years, change, complaintsAt, disabled, baseline }: FieldsProps & { baseline: Draft | undefined }) {
  const { t } = useTranslation();
  // The ends are those of when the scenario was opened, so that a slider does not move under the hand.
  const [ends] = useState(() => draft.pools.map((pool) => sliderEnd(pool, years)));
  return (
    <div className="allocation">
      <h3>{t("whatIf.allocation")}</h3>
      {draft.pools.map((pool, index) => {
        const was = baseline?.pools.find(({ poolId }) => poolId === pool.poolId);
        const end = ends[index] ?? 1;
        const set = (year: number, units: number | null) =>
          change((now) => ({
            ...now,
            pools: now.pools.map((one) => (one.poolId === pool.poolId ? { ...one, capacity: { ...one.capacity, [year]: units } } : one)),
          }));
        return (
          <fieldset key={pool.poolId} className="pool">
            <legend>
              {pool.name} <span className="soft small">{unitWords(pool, t)}</span>
            </legend>
            {[...complaintsAt("pools", index), ...complaintsAt("pools", index, "poolId")].map((words) => (
              <p key={words} className="complaint" role="alert">
                {words}
              </p>
            ))}
            {years.map((year) => {
              const units = pool.capacity[year] ?? (pool.capacity[year] === null ? null : 0);
              const before = was?.capacity[year] ?? 0;
              const label = `${pool.name}, ${schoolYear(year)}`;
              return (
                <div key={year} className="pool-year">
                  <span className="small nowrap">{schoolYear(year)}</span>
                  <PoolSlider
                    label={label}
                    value={units ?? 0}
                    end={end}
                    step={sliderStep(pool, end)}
                    disabled={disabled}
                    words={pool.kind === "FUNDS" ? dollars : (value) => `${plainNumber(value)} ${pool.unit}`}
                    onChange={(value) => set(year, value)}
                  />
                  <AmountField
                    label={label}
                    value={units}
                    disabled={disabled}
                    step={sliderStep(pool, end)}
                    prefix={pool.kind === "FUNDS" ? "$" : undefined}
                    complaints={complaintsAt("pools", index, "capacity", year)}
                    onChange={(value) => set(year, value)}
                  />
                  <span className="pool-cost soft small">
                    {t("whatIf.costs", { cost: shortDollars(pool.unitCost * (units ?? 0)) })}
                    {was !== undefined && units !== before && (
                      <span className="changed">
                        {" · "}
                        {t("whatIf.changed", { was: pool.kind === "FUNDS" ? shortDollars(before) : plainNumber(before) })}
                      </span>
                    )}
                  </span>
                </div>
              );
            })}
          </fieldset>
        );
      })}
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
