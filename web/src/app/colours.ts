/** Light, dark or as the device says; kept on this device only. */
export const COLOURS = ["auto", "light", "dark"] as const;
export type Colours = (typeof COLOURS)[number];

const KEPT_AS = "milepost.colours";

export function keptColours(): Colours {
  const kept = localStorage.getItem(KEPT_AS);
  return COLOURS.find((colours) => colours === kept) ?? "auto";
}

export function applyColours(colours: Colours = keptColours()): void {
  localStorage.setItem(KEPT_AS, colours);
  if (colours === "auto") delete document.documentElement.dataset.colours;
  else document.documentElement.dataset.colours = colours;
}
