/** Keeps a scenario's draft and saves it 300 ms after the last change, one save at a time, never over somebody else's. */
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useClient } from "urql";

import { ChangeScenarioDocument, type ScenarioPartsFragment } from "../gql/graphql";
import { isConflict, newKey, type Refusal } from "../graphql/acts";
import { draftOf, inputOf, sameDraft, sendable, type Draft } from "./draft";

export const PAUSE = 300; // milliseconds without a change after which a draft is saved

export type Saving = "saved" | "waiting" | "saving" | "refused" | "unreachable";

export interface Editor {
  draft: Draft;
  saving: Saving;
  refusals: readonly Refusal[];
  conflict: boolean;
  change: (edit: (draft: Draft) => Draft) => void;
  /** After a conflict: drop the draft for what is stored now. */
  takeTheirs: (current: ScenarioPartsFragment) => void;
  /** After a conflict: put the draft on top of what is stored now. */
  keepMine: (current: ScenarioPartsFragment) => void;
}

/** `onChange` is called at each change, `onSaved` when the server has taken one. */
export function useEditor(scenario: ScenarioPartsFragment, onChange: () => void, onSaved: () => void): Editor {
  const client = useClient();
  const [draft, setDraft] = useState(() => draftOf(scenario));
  const [saving, setSaving] = useState<Saving>("saved");
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const [waiting, setWaiting] = useState(0); // counts what has to be saved; each count is one run of the effect below
  const latest = useRef(draft);
  const version = useRef(scenario.version);
  const inFlight = useRef(false);

  const save = useEffectEvent(async () => {
    if (inFlight.current) return; // the save under way looks again when it is done
    const sent = latest.current;
    if (!sendable(sent)) {
      setRefusals([]); // they were about what has been typed over
      setSaving("refused");
      return;
    }
    inFlight.current = true;
    setSaving("saving");
    const { data, error } = await client
      .mutation(ChangeScenarioDocument, {
        input: { id: scenario.id, ...inputOf(sent), expectedVersion: version.current, idempotencyKey: newKey() },
      })
      .toPromise();
    inFlight.current = false;
    const payload = data?.changeScenario;
    if (error || !payload) {
      setSaving("unreachable");
      return;
    }
    if (payload.scenario && payload.errors.length === 0) version.current = payload.scenario.version;
    if (!sameDraft(sent, latest.current)) {
      setWaiting((count) => count + 1);
      return;
    }
    setRefusals(payload.errors);
    setSaving(payload.errors.length ? "refused" : "saved");
    if (payload.errors.length === 0) onSaved();
  });

  useEffect(() => {
    if (waiting === 0) return;
    const timer = setTimeout(() => void save(), PAUSE);
    return () => clearTimeout(timer);
  }, [waiting]);

  const take = (next: Draft) => {
    latest.current = next;
    setDraft(next);
  };
  const start = (current: ScenarioPartsFragment) => {
    version.current = current.version;
    setRefusals([]);
  };

  return {
    draft,
    saving,
    refusals,
    conflict: isConflict(refusals),
    change: (edit) => {
      const next = edit(latest.current);
      if (sameDraft(next, latest.current) && sendable(next) === sendable(latest.current)) return;
      take(next);
      setSaving("waiting");
      setWaiting((count) => count + 1);
      onChange();
    },
    takeTheirs: (current) => {
      start(current);
      take(draftOf(current));
      setSaving("saved");
      onSaved();
    },
    keepMine: (current) => {
      start(current);
      setSaving("waiting");
      setWaiting((count) => count + 1);
    },
  };
}
