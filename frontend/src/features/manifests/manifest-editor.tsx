/** The page body on which a manifest is written: form and YAML over one draft, and saving it. */

import { useBlocker } from "@tanstack/react-router";
import { type ReactNode, useRef } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Button } from "@/components/ui/button";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { isDirty, type View } from "./draft";
import { useDraft } from "./draft-context";
import { focusField } from "./fields";
import type { JsonObject } from "./manifest";
import { t } from "./messages";
import { ObstacleNotice } from "./obstacle-notice";
import { ProblemList } from "./problem-list";
import type { Problem } from "./problems";
import type { ManifestApi, Place } from "./save";
import { useSave } from "./use-save";
import { YamlEditor } from "./yaml-editor";

interface ManifestEditorProps {
  readonly api: ManifestApi;
  /** Where the manifest is stored; undefined for a new one. */
  readonly place: Place | undefined;
  readonly defaultNamespace: string;
  readonly form: ReactNode;
  readonly onSaved: (place: Place, manifest: JsonObject) => void;
  readonly onCancel: () => void;
}

export function ManifestEditor({ form, onCancel, onSaved, ...target }: ManifestEditorProps) {
  const { draft, dispatch, problems } = useDraft();
  const leaving = useRef(false);
  const saving = useSave({
    ...target,
    onRefused: focusFirst,
    onSaved: (place, manifest) => {
      leaving.current = true;
      onSaved(place, manifest);
    },
  });
  const submit = () => {
    if (!saving.save() && draft.view === "form") focusFirst(problems);
  };
  return (
    <form
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {saving.obstacle && (
        <ObstacleNotice
          obstacle={saving.obstacle}
          onResolve={saving.resolve}
          onForce={() => saving.save(true)}
        />
      )}
      <Views form={form} show={(view) => dispatch({ type: "show", view })} />
      <div className="sticky bottom-0 -mx-1 flex flex-wrap gap-2 border-t bg-background px-1 py-3">
        <Button type="submit" disabled={saving.busy}>
          {target.place === undefined ? t.create : t.save}
        </Button>
        <Button variant="outline" disabled={saving.busy} onClick={() => saving.check()}>
          {t.check}
        </Button>
        <Button variant="ghost" className="ml-auto" onClick={onCancel}>
          {t.cancel}
        </Button>
      </div>
      <LeaveGuard blocks={() => isDirty(draft) && !leaving.current} />
    </form>
  );
}

function focusFirst(problems: readonly Problem[]): void {
  problems.some((problem) => focusField(problem.path));
}

function Views({ form, show }: { form: ReactNode; show: (view: View) => void }) {
  const { draft, dispatch, problems, shown } = useDraft();
  const unreadable = draft.syntax.length > 0;
  const pick = (problem: Problem) => {
    if (!focusField(problem.path)) show("yaml");
  };
  return (
    <Tabs value={draft.view} onValueChange={(view) => show(view === "yaml" ? "yaml" : "form")}>
      <TabsList aria-label={t.views}>
        <TabsTrigger value="form" disabled={unreadable}>
          {t.form}
        </TabsTrigger>
        <TabsTrigger value="yaml">{t.yaml}</TabsTrigger>
      </TabsList>
      <p className="mt-3 text-muted-foreground text-xs">{unreadable ? t.yamlBroken : t.oneDraft}</p>
      <TabsContent value="form" className="space-y-4">
        {form}
        <ProblemList
          problems={draft.attempted ? problems : unplaced(shown)}
          lines={false}
          onPick={pick}
        />
      </TabsContent>
      <TabsContent value="yaml">
        <YamlEditor
          label={t.yaml}
          text={draft.text}
          problems={problems}
          onChange={(text) => dispatch({ type: "write", text })}
        />
      </TabsContent>
    </Tabs>
  );
}

/** Problems of the whole manifest, which no field of the form would show. */
function unplaced(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter((problem) => problem.path === "");
}

/** Asks before a draft is left behind. */
function LeaveGuard({ blocks }: { blocks: () => boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: blocks,
    enableBeforeUnload: blocks,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      open={blocker.status === "blocked"}
      onOpenChange={(open) => !open && blocker.reset?.()}
      title={t.discardTitle}
      description={t.discardText}
      confirmLabel={t.discard}
      onConfirm={() => blocker.proceed?.()}
    />
  );
}
