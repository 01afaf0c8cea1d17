/** The places of the page and their addresses. */
import { lazy, Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { Provider } from "urql";

import { client } from "../graphql/client";
import { Crash } from "./Crash";
import { Home, NoSuchPlace } from "./Home";
import { PlaceSkeleton } from "./PlaceSkeleton";
import { Shell } from "./Shell";
import { ViewerGate } from "./viewer";

const OrganizationPlace = lazy(() => import("../organization/OrganizationPlace"));
const GoalPlace = lazy(() => import("../goal/GoalPlace"));
const WhatIfPlace = lazy(() => import("../what-if/WhatIfPlace"));

export function App() {
  return (
    <Provider value={client}>
      <BrowserRouter>
        <ViewerGate>
          <Shell>
            <Crash>
              <Suspense fallback={<PlaceSkeleton />}>
                <Routes>
                  <Route path="/" element={<Home />} />
                  <Route path="/o/:id" element={<OrganizationPlace />} />
                  <Route path="/g/:id" element={<GoalPlace />} />
                  <Route path="/what-if/:stateId?" element={<WhatIfPlace />} />
                  <Route path="*" element={<NoSuchPlace />} />
                </Routes>
              </Suspense>
            </Crash>
          </Shell>
        </ViewerGate>
      </BrowserRouter>
    </Provider>
  );
}
