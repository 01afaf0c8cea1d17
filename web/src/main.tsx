import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import "./ui/base.css";
import { App } from "./app/App";
import { applyColours } from "./app/colours";
import { startWords } from "./words/i18n";

applyColours();

const root = document.getElementById("page");
if (root === null) throw new Error("index.html has no #page");
await startWords();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
