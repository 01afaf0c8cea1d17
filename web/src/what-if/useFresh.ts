/** A part of a forecast's answer that is asked for again while the forecast becomes more exact, but not at every step. */
import type { TypedDocumentNode } from "@urql/core";
import { useEffect, useRef } from "react";
import { useClient, useQuery } from "urql";

const AT_MOST_EVERY = 1_500; // milliseconds

/** Queries once, then again as `done` grows. */
export function useFresh<Data, Variables extends { id: string }>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  done: number,
  ended: boolean,
): { data: Data | undefined; fetching: boolean } {
  const client = useClient();
  const [{ data, fetching }] = useQuery({ query, variables });
  const last = useRef({ id: variables.id, done: 0, at: 0 });
  const key = JSON.stringify(variables);
  useEffect(() => {
    const before = last.current;
    if (before.id !== variables.id || before.at === 0) {
      last.current = { id: variables.id, done, at: Date.now() };
      return;
    }
    if (done <= before.done) return;
    const wait = ended ? 0 : Math.max(0, before.at + AT_MOST_EVERY - Date.now());
    const timer = setTimeout(() => {
      last.current = { id: variables.id, done, at: Date.now() };
      void client
        .query(query, variables, { requestPolicy: "network-only" })
        .toPromise();
    }, wait);
    return () => clearTimeout(timer);
    // `key` stands for `variables`, which is a new object at each drawing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, query, key, done, ended]);
  return { data, fetching };
}
