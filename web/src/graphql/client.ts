/** The page's one client of `/graphql`: normalized cache, cookie session, subscriptions over graphql-transport-ws. */
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import type { Client as WebSocketClient } from "graphql-ws";

import { cache } from "./cache";

let socket: Promise<WebSocketClient> | undefined;

/** The web socket is opened, and its code fetched, when the first subscription asks for it. */
function subscriptions(): Promise<WebSocketClient> {
  socket ??= import("graphql-ws").then(({ createClient }) =>
    createClient({
      url: () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
      lazyCloseTimeout: 5_000,
      retryAttempts: 20,
      shouldRetry: () => true,
    }),
  );
  return socket;
}

export const client = new Client({
  url: "/graphql",
  preferGetMethod: false,
  requestPolicy: "cache-first",
  fetchOptions: {
    credentials: "same-origin",
    headers: {
      accept: "application/graphql-response+json, application/json",
      "graphql-require-preflight": "1",
      "x-milepost": "1",
    },
  },
  exchanges: [
    cache(),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (operation) => ({
        subscribe: (observer) => {
          let ended = false;
          let end = () => {
            ended = true;
          };
          void subscriptions().then((client) => {
            if (ended) return;
            end = client.subscribe(
              { query: operation.query ?? "", variables: operation.variables },
              {
                next: (result) => observer.next(result as Parameters<typeof observer.next>[0]),
                error: (fault) => observer.error(fault),
                complete: () => observer.complete(),
              },
            );
          });
          return { unsubscribe: () => end() };
        },
      }),
    }),
  ],
});
