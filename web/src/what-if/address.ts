/** Which scenarios, forecast and view are on the page lies in the address, so that it can be sent to a colleague. */
export const VIEWS = ["waits", "schools", "milestones", "path"] as const;
export type View = (typeof VIEWS)[number];

export interface WhatIfAddress {
  scenario: string | null;
  compared: readonly string[] | null;
  forecast: string | null;
  view: View;
  goal: string | null;
}

export function readAddress(address: URLSearchParams): WhatIfAddress {
  const compared = address.get("with");
  return {
    scenario: address.get("scenario"),
    compared: compared === null ? null : compared.split(".").filter(Boolean),
    forecast: address.get("forecast"),
    view: VIEWS.find((view) => view === address.get("view")) ?? "waits",
    goal: address.get("goal"),
  };
}

export function writeAddress(address: URLSearchParams, change: Partial<WhatIfAddress>): URLSearchParams {
  const next = new URLSearchParams(address);
  const put = (key: string, value: string | null) => (value ? next.set(key, value) : next.delete(key));
  if ("scenario" in change) put("scenario", change.scenario ?? null);
  if ("compared" in change) put("with", change.compared?.join(".") ?? null);
  if ("forecast" in change) put("forecast", change.forecast ?? null);
  if ("view" in change) put("view", change.view === "waits" ? null : (change.view ?? null));
  if ("goal" in change) put("goal", change.goal ?? null);
  return next;
}
