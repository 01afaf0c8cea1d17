/** How forecasts are run from here: by themselves after a change or not, how exactly; kept on this device. */
const AUTO = "milepost.auto-run";

export function autoRun(): boolean {
  return localStorage.getItem(AUTO) !== "off";
}

export function wantAutoRun(wanted: boolean): void {
  localStorage.setItem(AUTO, wanted ? "on" : "off");
}

/** Replications of a quick look, the usual forecast, and one for the last decimal. */
export const REPLICATIONS = { quick: 40, usual: 200, fine: 1000 } as const;
export type Exactness = keyof typeof REPLICATIONS;
export const EXACTNESSES: readonly Exactness[] = ["quick", "usual", "fine"];

const EXACTNESS = "milepost.exactness";

export function keptExactness(): Exactness {
  const kept = localStorage.getItem(EXACTNESS);
  return EXACTNESSES.find((one) => one === kept) ?? "usual";
}

export function keepExactness(exactness: Exactness): void {
  localStorage.setItem(EXACTNESS, exactness);
}
