/** Where the forecast stands: its progress and rate, a way to start and to stop it. */
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { sayInstant } from "../words/dates";
import { number } from "../words/numbers";
import { autoRun, EXACTNESSES, keepExactness, keptExactness, wantAutoRun } from "./running";
import { isOpen, type Forecasting } from "./useForecast";

interface RunBarProps {
  forecasting: Forecasting;
  scenarioIds: readonly string[];
  mayRun: boolean;
}

export function RunBar({ forecasting, scenarioIds, mayRun }: RunBarProps) {
  const { t } = useTranslation();
  const id = useId();
  const [auto, setAuto] = useState(autoRun);
  const [exactness, setExactness] = useState(keptExactness);
  const { running, starting, refusals, unreachable } = forecasting;
  const busy = starting || isOpen(running);
  return (
    <section className="run" aria-label={t("whatIf.results")}>
      <div className="run-line">
        {mayRun && (
          <button
            type="button"
            className="button primary"
            disabled={scenarioIds.length === 0}
            onClick={() => forecasting.run(scenarioIds)}
          >
            {t(forecasting.shown ? "whatIf.runAgain" : "whatIf.run")}
          </button>
        )}
        {mayRun && busy && (
          <button type="button" className="button" onClick={forecasting.stop} disabled={!isOpen(running)}>
            {t("whatIf.stop")}
          </button>
        )}
        <Words forecasting={forecasting} />
        {mayRun && (
          <div className="run-precision">
            <label htmlFor={id} className="label">
              {t("whatIf.exactness")}
            </label>
            <select
              id={id}
              className="select"
              value={exactness}
              onChange={(event) => {
                const chosen = EXACTNESSES.find((one) => one === event.target.value) ?? "usual";
                keepExactness(chosen);
                setExactness(chosen);
              }}
            >
              {EXACTNESSES.map((one) => (
                <option key={one} value={one}>
                  {t(`whatIf.exactnesses.${one}`)}
                </option>
              ))}
            </select>
          </div>
        )}
        {mayRun && (
          <label className="check small">
            <input
              type="checkbox"
              checked={auto}
              onChange={(event) => {
                wantAutoRun(event.target.checked);
                setAuto(event.target.checked);
              }}
            />
            {t("whatIf.auto")}
          </label>
        )}
      </div>
      <div className="run-progress">
        {busy && (
          <progress
            max={1}
            value={isOpen(running) ? (running?.progress ?? 0) : 0}
            aria-label={t("whatIf.results")}
          />
        )}
      </div>
      {(refusals.length > 0 || unreachable || running?.state === "FAILED") && (
        <div role="alert">
          {unreachable && <p className="complaint">{t("problem.network")}</p>}
          {refusals.map(({ message }) => (
            <p key={message} className="complaint">
              {message}
            </p>
          ))}
          {running?.state === "FAILED" && (
            <p className="complaint">
              {t("whatIf.failed")}. {running.message}
            </p>
          )}
        </div>
      )}
      {forecasting.stale && (
        <p className="soft small" role="status">
          {t(busy ? "whatIf.stale" : "whatIf.staleIdle")}
        </p>
      )}
    </section>
  );
}

/** The time, told once a second while `ticking`. */
function useNow(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    const clock = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(clock);
  }, [ticking]);
  return now;
}

function Words({ forecasting: { running, starting } }: { forecasting: Forecasting }) {
  const { t } = useTranslation();
  const now = useNow(isOpen(running));
  if (starting || !running) return <p className="soft small">{starting ? t("whatIf.starting") : ""}</p>;
  const { state, done, replications, startedAt, endedAt } = running;
  const seconds = startedAt === null ? 0 : (now - new Date(startedAt).getTime()) / 1000;
  const rate = seconds > 0.5 ? done / seconds : 0;
  const words = {
    QUEUED: t("whatIf.queued"),
    RUNNING: `${t("whatIf.running", { done: number(done), total: number(replications) })}${
      rate >= 0.5 ? `, ${t("whatIf.rate", { n: number(rate, rate < 10 ? 1 : 0) })}` : ""
    }`,
    FINISHED: t("whatIf.finished", { n: number(done), when: endedAt === null ? "" : sayInstant(endedAt) }),
    CANCELLED: t("whatIf.cancelled", { n: number(done) }),
    FAILED: t("whatIf.failed"),
  }[state];
  return (
    <p className="soft small run-words" role="status" aria-live={state === "RUNNING" ? "off" : "polite"}>
      {words}
    </p>
  );
}
