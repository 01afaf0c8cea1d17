/** What lies behind the answer, one view at a time: waits, schools, milestones, the path of a goal. */
import { lazy, Suspense } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useTranslation } from "react-i18next";

import type { StandingFragment } from "../gql/graphql";
import { Bones } from "../ui/Skeleton";
import { VIEWS, type View } from "./address";
import { isOpen } from "./useForecast";
import { Waits } from "./Waits";

const SchoolOutcomes = lazy(() => import("./SchoolOutcomes"));
const Chances = lazy(() => import("./Chances"));
const PathOfGoal = lazy(() => import("./PathOfGoal"));

interface ViewsProps {
  stateId: string;
  forecast: StandingFragment;
  view: View;
  goalId: string | null;
  show: (view: View) => void;
  chooseGoal: (id: string) => void;
}

/** What each view needs to ask for its part of the answer, and to ask again as it becomes more exact. */
export interface ViewProps {
  stateId: string;
  forecastId: string;
  done: number;
  ended: boolean;
}

export function Views({ stateId, forecast, view, goalId, show, chooseGoal }: ViewsProps) {
  const { t } = useTranslation();
  const facts: ViewProps = { stateId, forecastId: forecast.id, done: forecast.done, ended: !isOpen(forecast) };
  return (
    <Tabs className="views" selectedKey={view} onSelectionChange={(key) => show(VIEWS.find((one) => one === key) ?? "waits")}>
      <TabList className="tabs" aria-label={t("whatIf.results")}>
        {VIEWS.map((one) => (
          <Tab key={one} id={one} className="tab">
            {t(`whatIf.views.${one}`)}
          </Tab>
        ))}
      </TabList>
      <TabPanel id="waits">
        <Waits {...facts} />
      </TabPanel>
      <TabPanel id="schools">
        <Suspense fallback={<Bones rows={10} height={24} />}>
          <SchoolOutcomes {...facts} />
        </Suspense>
      </TabPanel>
      <TabPanel id="milestones">
        <Suspense fallback={<Bones rows={10} height={24} />}>
          <Chances {...facts} chooseGoal={chooseGoal} />
        </Suspense>
      </TabPanel>
      <TabPanel id="path">
        <Suspense fallback={<Bones rows={10} height={24} />}>
          <PathOfGoal {...facts} goalId={goalId} chooseGoal={chooseGoal} />
        </Suspense>
      </TabPanel>
    </Tabs>
  );
}
