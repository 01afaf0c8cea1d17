/** Single-key shortcuts may be switched off: they get in the way of speech input (WCAG 2.1.4). */
const KEPT_AS = "milepost.keys";

export function keysWanted(): boolean {
  return localStorage.getItem(KEPT_AS) !== "off";
}

export function wantKeys(wanted: boolean): void {
  localStorage.setItem(KEPT_AS, wanted ? "on" : "off");
}
