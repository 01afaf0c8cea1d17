/** Runs forecasts and follows them: the old answer stays until a new one is precise enough for a glance. */
import { useCallback, useEffect, useRef, useState } from "react";
import { useClient, useQuery, useSubscription } from "urql";

import {
  CancelForecastDocument,
  ForecastProgressDocument,
  ForecastStandingDocument,
  RunForecastDocument,
  type StandingFragment,
} from "../gql/graphql";
import { newKey, type Refusal } from "../graphql/acts";
import { keptExactness, REPLICATIONS } from "./running";

/** A glance tells apart what differs by a twentieth of all milestones; fewer replications than ten do not know their spread. */
const GLANCE = 0.05;
const FEWEST = 10;
const SILENCE = 3_000; // milliseconds without news after which the page asks by itself

export interface Forecasting {
  /** The forecast whose answer is on the page. */
  shown: StandingFragment | undefined;
  /** The forecast that is being computed; the same as `shown` once its answer is precise enough. */
  running: StandingFragment | undefined;
  starting: boolean;
  /** Something was changed after the shown forecast had been asked for. */
  stale: boolean;
  refusals: readonly Refusal[];
  unreachable: boolean;
  run: (scenarioIds: readonly string[]) => void;
  stop: () => void;
  /** Something that a forecast depends on has been changed. */
  touch: () => void;
}

export function isOpen(forecast: Pick<StandingFragment, "state"> | undefined): boolean {
  return forecast?.state === "QUEUED" || forecast?.state === "RUNNING";
}

/** Whether a new answer may take the place of an old one. */
export function fitForGlance(forecast: Pick<StandingFragment, "state" | "done" | "outcome">, nothingShown: boolean): boolean {
  if (!forecast.outcome) return false;
  if (nothingShown || forecast.state === "FINISHED") return true;
  return (
    forecast.done >= FEWEST &&
    forecast.outcome.scenarios.every(
      ({ expectedAttained: { low, high }, milestones }) => (high - low) / 2 <= GLANCE * milestones,
    )
  );
}

function useStanding(id: string | undefined, poll: boolean): StandingFragment | undefined {
  const [{ data }, ask] = useQuery({ query: ForecastStandingDocument, variables: { id: id ?? "" }, pause: id === undefined });
  useEffect(() => {
    if (!poll) return;
    const timer = setInterval(() => ask({ requestPolicy: "network-only" }), SILENCE);
    return () => clearInterval(timer);
  }, [poll, ask]);
  return data?.node?.__typename === "Forecast" && data.node.id === id ? data.node : undefined;
}

export function useForecast(initial: string | undefined, onShown: (id: string) => void): Forecasting {
  const client = useClient();
  const [shownId, setShownId] = useState(initial);
  const [{ id: runningId, knows: runningKnows }, setRunning] = useState({ id: initial, knows: 0 });
  const [starting, setStarting] = useState(false);
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const [unreachable, setUnreachable] = useState(false);
  const [changes, setChanges] = useState(0);
  const [answered, setAnswered] = useState(0); // the count of changes that the shown forecast knows of
  const attempt = useRef(0);
  const counted = useRef(0); // the changes so far, for an act that must not wait for the next drawing

  const [{ data: news, error: deaf }] = useSubscription({
    query: ForecastProgressDocument,
    variables: { id: runningId ?? "" },
    pause: runningId === undefined,
  });
  const heard = news?.forecastProgress.id === runningId ? news?.forecastProgress : undefined;
  const stored = useStanding(runningId, runningId !== undefined && deaf !== undefined);
  const running = heard ?? stored;
  const shown = useStanding(shownId, false);

  if (running && running.id !== shownId && fitForGlance(running, shown?.outcome == null)) {
    setShownId(running.id);
    setAnswered(runningKnows);
  }
  useEffect(() => {
    if (shownId !== undefined) onShown(shownId);
    // The address follows the forecast that is shown, not the function that writes it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shownId]);

  const cancel = useCallback(
    (id: string) => client.mutation(CancelForecastDocument, { input: { id, idempotencyKey: newKey() } }).toPromise(),
    [client],
  );

  const run = useCallback(
    (scenarioIds: readonly string[]) => {
      const mine = (attempt.current += 1);
      const before = isOpen(running) ? running?.id : undefined;
      const knows = counted.current;
      setStarting(true);
      setRefusals([]);
      setUnreachable(false);
      if (before !== undefined) void cancel(before);
      void client
        .mutation(RunForecastDocument, { input: { scenarioIds: [...scenarioIds], replications: REPLICATIONS[keptExactness()], idempotencyKey: newKey() } })
        .toPromise()
        .then(({ data, error }) => {
          const forecast = data?.runForecast.forecast;
          if (mine !== attempt.current) {
            if (forecast) void cancel(forecast.id); // a later change has made this run pointless
            return;
          }
          setStarting(false);
          setUnreachable(error !== undefined);
          setRefusals(data?.runForecast.errors ?? []);
          if (forecast) setRunning({ id: forecast.id, knows });
        });
    },
    [client, cancel, running],
  );

  return {
    shown,
    running,
    starting,
    stale: changes > answered,
    refusals,
    unreachable,
    run,
    stop: () => {
      if (running && isOpen(running)) void cancel(running.id);
    },
    touch: () => {
      counted.current += 1;
      setChanges(counted.current);
    },
  };
}
