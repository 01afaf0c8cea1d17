/** One organization: a state or a district by its overview, a school by its plan. */
import { lazy, Suspense } from "react";
import { useParams } from "react-router";
import { useQuery } from "urql";

import { PlaceSkeleton } from "../app/PlaceSkeleton";
import { OrganizationDocument } from "../gql/graphql";
import { OverviewPage } from "../overview/OverviewPage";
import { NothingHere, Problem } from "../ui/Problem";

const SchoolPage = lazy(() => import("./SchoolPage"));

export default function OrganizationPlace({ id: given }: { id?: string }) {
  const { id: asked } = useParams();
  const id = given ?? asked ?? "";
  const [{ data, error, fetching }, ask] = useQuery({
    query: OrganizationDocument,
    variables: { id },
    requestPolicy: "cache-and-network",
  });
  const node = data?.node;
  if (node?.id === id) {
    if (node.__typename === "State" || node.__typename === "District") return <OverviewPage key={id} organization={node} />;
    if (node.__typename === "School") {
      return (
        <Suspense fallback={<PlaceSkeleton />}>
          <SchoolPage key={id} school={node} />
        </Suspense>
      );
    }
  }
  if (error) return <Problem error={error} again={() => ask({ requestPolicy: "network-only" })} />;
  if (fetching || (node && node.id !== id)) return <PlaceSkeleton />;
  return <NothingHere />;
}
