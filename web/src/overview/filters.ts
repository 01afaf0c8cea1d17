/** What the table of schools shows lies in the address, so that a view can be sent to a colleague. */
import type { IndicatorWordsFragment, SchoolFilter, SchoolLevel, SchoolOrder } from "../gql/graphql";
import { isPercent } from "../ui/ReadingValue";

export const LEVELS: readonly SchoolLevel[] = ["ELEMENTARY", "MIDDLE", "HIGH", "COMBINED"];

/** The indicator whose trend shows until another is chosen: a score of the whole school before a share of its students. */
export function leading(indicators: readonly IndicatorWordsFragment[]): IndicatorWordsFragment | undefined {
  const upward = indicators.filter(({ higherIsBetter }) => higherIsBetter);
  return upward.find((one) => !isPercent(one)) ?? upward[0] ?? indicators[0];
}

export interface SchoolView {
  name: string;
  level: SchoolLevel | null;
  identified: boolean;
  orderBy: SchoolOrder;
  indicator: string | null;
}

export function viewOf(address: URLSearchParams): SchoolView {
  return {
    name: address.get("q") ?? "",
    level: LEVELS.find((level) => level === address.get("level")?.toUpperCase()) ?? null,
    identified: address.get("identified") === "yes",
    orderBy: address.get("order") === "za" ? "NAME_DESC" : "NAME_ASC",
    indicator: address.get("indicator"),
  };
}

/** The address with some of the view changed; what is as usual is left out of it. */
export function addressOf(address: URLSearchParams, change: Partial<SchoolView>): URLSearchParams {
  const view = { ...viewOf(address), ...change };
  const next = new URLSearchParams(address);
  const put = (key: string, value: string | null) => (value ? next.set(key, value) : next.delete(key));
  put("q", view.name);
  put("level", view.level?.toLowerCase() ?? null);
  put("identified", view.identified ? "yes" : null);
  put("order", view.orderBy === "NAME_DESC" ? "za" : null);
  put("indicator", view.indicator);
  return next;
}

export function filterOf(view: SchoolView): SchoolFilter {
  const name = view.name.trim();
  return {
    ...(name ? { name: { contains: name } } : {}),
    ...(view.level ? { levels: [view.level] } : {}),
    ...(view.identified ? { identified: true } : {}),
  };
}
