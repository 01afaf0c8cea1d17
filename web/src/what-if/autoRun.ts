/** Whether a change runs the forecast by itself; kept on this device. */
const AUTO = "milepost.auto-run";

export function autoRun(): boolean {
  return localStorage.getItem(AUTO) !== "off";
}

export function wantAutoRun(wanted: boolean): void {
  localStorage.setItem(AUTO, wanted ? "on" : "off");
}
