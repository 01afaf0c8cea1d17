import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";

import { startWords } from "../src/words/i18n";

await startWords("en");

beforeEach(() => localStorage.clear());
afterEach(() => cleanup());
