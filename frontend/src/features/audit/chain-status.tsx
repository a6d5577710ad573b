import { useMutation } from "@tanstack/react-query";
import { CircleCheck, OctagonX, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { CopyButton } from "@/components/copy-button";
import { ErrorState } from "@/components/error-state";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { FormField } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { formatCount, formatExact } from "@/lib/format";
import { useCaller } from "@/lib/session";
import { t } from "./messages";
import { type Verification, verify } from "./queries";

/** Whether the log is as it was written. Asked for by a person: it reads everything there is. */
export function ChainStatus() {
  const { namespaces } = useCaller();
  if (!namespaces.includes("*")) {
    return <Card className="p-4 text-muted-foreground text-sm">{t.chain.only}</Card>;
  }
  return <Chain />;
}

function Chain() {
  const [checkpoint, setCheckpoint] = useState("");
  const check = useMutation({ mutationFn: () => verify(checkpoint.trim()) });
  return (
    <Card aria-label={t.chain.title} className="flex flex-col gap-3 p-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div aria-live="polite" className="min-w-0 flex-1 basis-72">
          {check.data ? <Verdict found={check.data} /> : <Unknown />}
        </div>
        <FormField className="w-full sm:w-72" label={t.chain.earlier}>
          {(control) => (
            <Input
              {...control}
              autoComplete="off"
              onChange={(event) => setCheckpoint(event.target.value)}
              spellCheck={false}
              value={checkpoint}
            />
          )}
        </FormField>
        <Button disabled={check.isPending} onClick={() => check.mutate()} variant="outline">
          <ShieldCheck aria-hidden />
          {check.isPending ? t.chain.verifying : t.chain.verify}
        </Button>
      </div>
      {check.error && <ErrorState error={check.error} title={t.chain.failed} />}
    </Card>
  );
}

function Unknown() {
  return (
    <>
      <h2 className="font-semibold text-sm">{t.chain.title}</h2>
      <p className="text-muted-foreground text-sm">{t.chain.unknown}</p>
    </>
  );
}

function Verdict({ found }: { found: Verification }) {
  const rows = formatCount(found.rows);
  if (found.problem) {
    return (
      <p className="flex items-start gap-2 font-medium text-destructive text-sm">
        <OctagonX aria-hidden className="mt-0.5 size-4 shrink-0" />
        <span>
          {t.chain.broken(found.problem.seq, found.problem.what)} {t.chain.held(rows)}
        </span>
      </p>
    );
  }
  return (
    <>
      <p className="flex items-start gap-2 font-medium text-sm text-success">
        <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
        {found.rows > 0 ? t.chain.whole(rows) : t.chain.empty}
      </p>
      {found.last && (
        <p className="text-muted-foreground text-xs">
          {t.chain.upTo} {formatExact(found.last)}
        </p>
      )}
      {found.checkpoint && <Checkpoint value={found.checkpoint} />}
    </>
  );
}

function Checkpoint({ value }: { value: string }) {
  return (
    <p className="text-muted-foreground text-xs">
      <span className="flex items-center gap-1">
        {t.chain.checkpoint}: <code className="min-w-0 truncate font-mono">{value}</code>
        <CopyButton className="size-7 shrink-0" value={value} />
      </span>
      {t.chain.checkpointHint}
    </p>
  );
}
