/** What lies behind the answer, one view at a time: waits, schools, milestones, the path of a goal. */
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useTranslation } from "react-i18next";

import type { StandingFragment } from "../gql/graphql";
import { VIEWS, type View } from "./address";
import { Chances } from "./Chances";
import { PathOfGoal } from "./PathOfGoal";
import { SchoolOutcomes } from "./SchoolOutcomes";
import { isOpen } from "./useForecast";
import { Waits } from "./Waits";

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
        <SchoolOutcomes {...facts} />
      </TabPanel>
      <TabPanel id="milestones">
        <Chances {...facts} chooseGoal={chooseGoal} />
      </TabPanel>
      <TabPanel id="path">
        <PathOfGoal {...facts} goalId={goalId} chooseGoal={chooseGoal} />
      </TabPanel>
    </Tabs>
  );
}
