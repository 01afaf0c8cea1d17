/** How forecasts are run from here: by themselves after a change or not, how exactly; kept on this device. */
const AUTO = "milepost.auto-run";

export function autoRun(): boolean {
  return localStorage.getItem(AUTO) !== "off";
}

export function wantAutoRun(wanted: boolean): void {
  localStorage.setItem(AUTO, wanted ? "on" : "off");
}

/** Replications of a quick look, the usual forecast, and one for the last decimal. */
export const PRECISIONS = [40, 200, 1000] as const;
export type Precision = (typeof PRECISIONS)[number];

const PRECISION = "milepost.replications";

export function keptPrecision(): Precision {
  const kept = Number(localStorage.getItem(PRECISION));
  return PRECISIONS.find((one) => one === kept) ?? 200;
}

export function keepPrecision(precision: Precision): void {
  localStorage.setItem(PRECISION, String(precision));
}
