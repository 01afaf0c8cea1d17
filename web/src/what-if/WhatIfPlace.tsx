/** What if: an allocation on the left, what it would come to on the right, sharpening while one watches. */
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import { useQuery } from "urql";

import { PlaceSkeleton } from "../app/PlaceSkeleton";
import { useViewer } from "../app/viewer";
import { WhatIfDocument, type ScenarioPartsFragment, type WhatIfQuery } from "../gql/graphql";
import { Generated } from "../ui/Generated";
import { Empty, NothingHere, Problem } from "../ui/Problem";
import { readAddress, writeAddress, type WhatIfAddress } from "./address";
import { Answer } from "./Answer";
import { RunBar } from "./RunBar";
import { autoRun } from "./running";
import { ScenarioEditor } from "./ScenarioEditor";
import { ScenarioList } from "./ScenarioList";
import { useForecast } from "./useForecast";
import { Views } from "./Views";
import "./editor.css";
import "./what-if.css";

type StateNode = Extract<NonNullable<WhatIfQuery["node"]>, { __typename: "State" }>;

export default function WhatIfPlace() {
  const { t } = useTranslation();
  const { stateId } = useParams();
  const { home, states } = useViewer();
  const id = stateId ?? states.find((state) => state.id === home?.id)?.id ?? states[0]?.id;
  const [{ data, error, fetching }, ask] = useQuery({
    query: WhatIfDocument,
    variables: { id: id ?? "" },
    pause: id === undefined,
    requestPolicy: "cache-and-network",
  });
  const again = useCallback(() => ask({ requestPolicy: "network-only" }), [ask]);
  if (id === undefined) return <Empty title={t("overview.noState")} hint={t("overview.noStateHint")} />;
  const node = data?.node;
  if (node?.__typename === "State" && node.id === id) return <Workbench key={id} state={node} again={again} />;
  if (error) return <Problem error={error} again={again} />;
  return fetching ? <PlaceSkeleton /> : <NothingHere />;
}

/** The newest forecast that has or may yet have an answer. */
function newest(forecasts: StateNode["forecasts"]["nodes"]): string | undefined {
  return forecasts
    .filter(({ state }) => state !== "CANCELLED" && state !== "FAILED")
    .sort((one, other) => other.requestedAt.localeCompare(one.requestedAt))[0]?.id;
}

function Workbench({ state, again }: { state: StateNode; again: () => void }) {
  const { t } = useTranslation();
  const { mayPlanSupports } = useViewer();
  const [params, setParams] = useSearchParams();
  const address = readAddress(params);
  const go = useCallback(
    (change: Partial<WhatIfAddress>) =>
      setParams((now) => writeAddress(now, change), { replace: true, preventScrollReset: true }),
    [setParams],
  );

  const scenarios = useMemo(() => ordered(state.scenarios.nodes), [state.scenarios.nodes]);
  const selected = scenarios.find(({ id }) => id === address.scenario) ?? scenarios[0];
  const compared = comparedOf(scenarios, selected, address.compared);
  const forecasting = useForecast(address.forecast ?? newest(state.forecasts.nodes), (forecast) => go({ forecast }));
  const { run } = forecasting;

  if (!selected) return <Empty title={t("whatIf.noForecast")} hint={t("whatIf.baselineHint")} />;
  return (
    <article className="what-if">
      <title>{`${t("app.whatIf")} · ${state.name} · Milepost`}</title>
      <header className="what-if-head">
        <p className="soft">{state.name}</p>
        <h1>{t("whatIf.title")}</h1>
        <p className="soft">{mayPlanSupports ? t("whatIf.lead") : t("whatIf.mayNot")}</p>
        {state.generated && <Generated />}
      </header>
      <div className="bench">
        <div className="bench-left">
          <ScenarioList
            scenarios={scenarios}
            selected={selected}
            compared={compared}
            mayChange={mayPlanSupports}
            select={(scenario) => go({ scenario })}
            compare={(ids) => go({ compared: ids })}
            again={again}
          />
          <ScenarioEditor
            key={selected.id}
            stateId={state.id}
            scenario={selected}
            baseline={scenarios.find(({ isBaseline }) => isBaseline)}
            mayChange={mayPlanSupports && !selected.isBaseline}
            onChange={forecasting.touch}
            onSaved={() => {
              if (autoRun()) run(compared.includes(selected.id) ? compared : [...compared, selected.id]);
            }}
          />
        </div>
        <div className="bench-right">
          <RunBar forecasting={forecasting} scenarioIds={compared} mayRun={mayPlanSupports} />
          <div className={forecasting.stale ? "answers dimmed" : "answers"}>
            {forecasting.shown?.outcome ? (
              <>
                <Answer forecast={forecasting.shown} outcome={forecasting.shown.outcome} />
                <Views
                  stateId={state.id}
                  forecast={forecasting.shown}
                  view={address.view}
                  goalId={address.goal}
                  show={(view) => go({ view })}
                  chooseGoal={(goal) => go({ view: "path", goal })}
                />
              </>
            ) : (
              <NoAnswer waiting={forecasting.starting || forecasting.running !== undefined} />
            )}
          </div>
        </div>
      </div>
    </article>
  );
}

function NoAnswer({ waiting }: { waiting: boolean }) {
  const { t } = useTranslation();
  if (waiting) return <div className="answers-wait" aria-busy="true" />;
  return <Empty title={t("whatIf.noForecast")} hint={t("whatIf.noForecastHint")} />;
}

/** The allocation in force first, then by name. */
function ordered(scenarios: readonly ScenarioPartsFragment[]): ScenarioPartsFragment[] {
  return [...scenarios].sort(
    (one, other) => Number(other.isBaseline) - Number(one.isBaseline) || one.name.localeCompare(other.name),
  );
}

/** Whom a forecast compares, the reference first: what was ticked, or the allocation in force with the selected one. */
function comparedOf(
  scenarios: readonly ScenarioPartsFragment[],
  selected: ScenarioPartsFragment | undefined,
  ticked: readonly string[] | null,
): string[] {
  const usual = [scenarios.find(({ isBaseline }) => isBaseline)?.id, selected?.id];
  const wanted = new Set(ticked ?? usual);
  return scenarios.map(({ id }) => id).filter((id) => wanted.has(id));
}
