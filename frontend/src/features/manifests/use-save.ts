/** Saving from the page: what the outcome of `save` does to the draft. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "@/lib/toast";
import { useDraft } from "./draft-context";
import { editable, type JsonObject, revisionOf } from "./manifest";
import { t } from "./messages";
import type { Problem } from "./problems";
import { type ManifestApi, type Outcome, type Place, save } from "./save";

export type Obstacle = Extract<Outcome, { kind: "changed" | "managed" }>;

interface SaveOptions {
  readonly api: ManifestApi;
  readonly place: Place | undefined;
  readonly defaultNamespace: string;
  readonly onSaved: (place: Place, manifest: JsonObject) => void;
  readonly onRefused: (problems: readonly Problem[]) => void;
}

export function useSave({ api, place, defaultNamespace, ...told }: SaveOptions) {
  const { draft, dispatch, problems } = useDraft();
  const [obstacle, setObstacle] = useState<Obstacle | null>(null);
  const mutation = useMutation({
    mutationFn: (how: { onlyCheck: boolean; force: boolean }) =>
      save(api, { draft, place, defaultNamespace, ...how }),
    onError: (error, how) => toast.failure(how.onlyCheck ? t.checkFailed : t.saveFailed, error),
    onSuccess: (outcome) => {
      setObstacle(outcome.kind === "changed" || outcome.kind === "managed" ? outcome : null);
      if (outcome.kind === "saved") told.onSaved(outcome.place, outcome.manifest);
      if (outcome.kind === "accepted") toast.success(t.checked);
      if (outcome.kind === "refused") {
        dispatch({ type: "refuse", problems: outcome.problems });
        told.onRefused(outcome.problems);
      }
    },
  });
  const submit = (onlyCheck: boolean, force = false) => {
    dispatch({ type: "attempt" });
    const known = problems.some((problem) => problem.source !== "server");
    if (!known) mutation.mutate({ onlyCheck, force });
    return !known;
  };
  return {
    obstacle,
    busy: mutation.isPending,
    check: () => submit(true),
    save: (force = false) => submit(false, force),
    /** After somebody else's change: their version instead of the draft, or the draft over it. */
    resolve: (choice: "reload" | "rebase", stored: JsonObject | null) => {
      const manifest = stored === null ? draft.base : editable(stored);
      const revision = stored === null ? undefined : revisionOf(stored);
      dispatch({ type: choice, manifest, revision });
      setObstacle(null);
      if (choice === "rebase") toast.success(t.kept);
    },
  };
}
