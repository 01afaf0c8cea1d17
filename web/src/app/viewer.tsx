/** Who is looking, and which states and indicators there are; asked once, known to every place. */
import type { CombinedError } from "@urql/core";
import { createContext, use, type ReactNode } from "react";
import { useQuery } from "urql";

import { ViewerDocument, type IndicatorWordsFragment, type ViewerQuery } from "../gql/graphql";
import { Problem } from "../ui/Problem";
import { PlaceSkeleton } from "./PlaceSkeleton";
import { SignedOut } from "./SignedOut";

export type ViewerFacts = ViewerQuery["viewer"] & { states: ViewerQuery["states"] };

const ViewerContext = createContext<ViewerFacts | null>(null);

export function useViewer(): ViewerFacts {
  const viewer = use(ViewerContext);
  if (viewer === null) throw new Error("no viewer outside ViewerGate");
  return viewer;
}

/** The indicators of a state; those of the only state where none is named. */
export function useIndicators(stateId?: string): readonly IndicatorWordsFragment[] {
  const { states } = useViewer();
  return (states.find(({ id }) => id === stateId) ?? states[0])?.indicators ?? [];
}

function notSignedIn(error: CombinedError): boolean {
  const response = error.response as Response | undefined;
  return (
    response?.status === 401 || error.graphQLErrors.some(({ extensions }) => extensions.code === "UNAUTHENTICATED")
  );
}

/** Lets through who is signed in; to anybody else says how to get in. */
export function ViewerGate({ children }: { children: ReactNode }) {
  const [{ data, error }, ask] = useQuery({ query: ViewerDocument });
  if (data?.viewer.signedIn) {
    return <ViewerContext value={{ ...data.viewer, states: data.states }}>{children}</ViewerContext>;
  }
  if (data || (error && notSignedIn(error))) return <SignedOut />;
  return (
    <main className="place">
      {error ? <Problem error={error} again={() => ask({ requestPolicy: "network-only" })} /> : <PlaceSkeleton />}
    </main>
  );
}
