/** What can be done with a model. Deleting one says first which agents would stop working. */

import { Link } from "@tanstack/react-router";
import { Bot } from "lucide-react";
import { Button } from "@/components/ui/button";
import { useMay } from "@/lib/session";
import { DeleteButton, EditButton } from "../manifests/resource-buttons";
import { t } from "./messages";
import type { ModelDetail } from "./queries";
import { MODELS } from "./resource";

export function ModelActions({ model }: { model: ModelDetail }) {
  const { namespace, name } = model;
  if (!useMay("editor")) return null;
  return (
    <>
      <Button asChild>
        <Link to="/agents/new" search={{ namespace, model: name }}>
          <Bot aria-hidden />
          {t.newAgent}
        </Link>
      </Button>
      <EditButton of={MODELS} place={model} />
      <DeleteButton
        of={MODELS}
        place={model}
        consequences={<Consequences agents={model.used_by} />}
      />
    </>
  );
}

function Consequences({ agents }: { agents: readonly string[] }) {
  if (agents.length === 0) return t.deleteUnused;
  return (
    <div className="rounded-md bg-warning-soft p-3 text-warning">
      <p>{t.deleteUsed}</p>
      <ul className="mt-1 list-disc pl-5">
        {agents.map((agent) => (
          <li key={agent}>{agent}</li>
        ))}
      </ul>
    </div>
  );
}
