/** Dates as people say them. Every date of the contract is a plain day (YYYY-MM-DD) without a time zone. */
import { spoken } from "./numbers";

const DAY = 86_400_000;

/** A calendar day as UTC midnight, so that no time zone moves it. */
export function day(iso: string): Date {
  return new Date(`${iso.slice(0, 10)}T00:00:00Z`);
}

export function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** Today's calendar day where the reader is. */
export function today(now = new Date()): Date {
  return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()));
}

function locale(): string {
  return spoken() === "en" ? "en-US" : spoken();
}

/** March 15, 2027 */
export function fullDate(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeZone: "UTC" }).format(day(iso));
}

/** Mar 2027 */
export function monthOf(date: Date): string {
  return new Intl.DateTimeFormat(locale(), { month: "short", year: "numeric", timeZone: "UTC" }).format(date);
}

/** Days near today are said by their distance ("in 3 days"), all others by their date. */
export function sayDate(iso: string, now: Date = today()): string {
  const days = Math.round((day(iso).getTime() - now.getTime()) / DAY);
  if (Math.abs(days) > 14) return fullDate(iso);
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(days, "day");
}

/** An instant, said by its distance from now: "2 minutes ago". */
export function sayInstant(iso: string, now: Date = new Date()): string {
  const seconds = Math.round((new Date(iso).getTime() - now.getTime()) / 1000);
  const say = (value: number, unit: Intl.RelativeTimeFormatUnit) =>
    new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(value), unit);
  const far = Math.abs(seconds);
  if (far < 60) return say(seconds, "second");
  if (far < 3600) return say(seconds / 60, "minute");
  if (far < 86_400) return say(seconds / 3600, "hour");
  if (far < 14 * 86_400) return say(seconds / 86_400, "day");
  return fullDate(iso);
}

/** The school year that ends in the spring of `spring`: 2027 is 2026–27. */
export function schoolYear(spring: number): string {
  return `${String(spring - 1)}–${String(spring % 100).padStart(2, "0")}`;
}

/** The first day of the month that lies `months` after `iso`. */
export function monthAfter(iso: string, months: number): Date {
  const start = day(iso);
  return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + Math.round(months), 1));
}

/** The instant `months` (a fraction allowed) after `iso`, for a time axis. */
export function instantAfter(iso: string, months: number): number {
  const start = day(iso);
  const whole = Math.floor(months);
  const at = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + whole, start.getUTCDate());
  const next = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + whole + 1, start.getUTCDate());
  return at + (months - whole) * (next - at);
}
