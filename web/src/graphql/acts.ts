/** What every mutation of the page shares: a key of its own, and refusals told by where they belong. */
import type { RefusalFragment } from "../gql/graphql";

/** A key that makes one act of a person one effect, however often the request is repeated. */
export function newKey(): string {
  return crypto.randomUUID();
}

export type Refusal = Pick<RefusalFragment, "field" | "code" | "message">;

/** The words of every refusal that is about exactly this place of the input. */
export function refusalsAt(refusals: readonly Refusal[], ...place: (string | number)[]): string[] {
  const path = place.map(String);
  return refusals.filter(({ field }) => samePath(field, path)).map(({ message }) => message);
}

/** Whether something is refused at this place or beside it: in another year of the same pool, say. */
export function refusedBeside(refusals: readonly Refusal[], ...place: (string | number)[]): boolean {
  const around = place.slice(0, -1).map(String);
  return refusals.some(({ field }) => samePath(bareField(field).slice(0, -1), around));
}

/** Refusals that no field of the form shows: the form says them at its head instead of losing them. */
export function refusalsElsewhere(refusals: readonly Refusal[], shown: readonly (readonly (string | number)[])[]): Refusal[] {
  return refusals.filter(({ field }) => !shown.some((place) => samePath(field, place.map(String))));
}

export function isConflict(refusals: readonly Refusal[]): boolean {
  return refusals.some(({ code }) => code === "CONFLICT");
}

function samePath(field: readonly string[], path: readonly string[]): boolean {
  const bare = bareField(field);
  return bare.length === path.length && bare.every((part, index) => part === path[index]);
}

function bareField(field: readonly string[]): readonly string[] {
  return field[0] === "input" ? field.slice(1) : field;
}
