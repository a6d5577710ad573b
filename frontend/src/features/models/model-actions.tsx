/** What can be done with a model. Deleting one says first which agents would stop working. */

import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Bot, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { useMay } from "@/lib/session";
import { toast } from "@/lib/toast";
import { DeleteDialog } from "../manifests/delete-dialog";
import { t } from "./messages";
import { deleteModel, type ModelDetail } from "./queries";

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
      <Button asChild variant="outline">
        <Link to="/models/$namespace/$name/edit" params={{ namespace, name }}>
          <Pencil aria-hidden />
          {t.edit}
        </Link>
      </Button>
      <DeleteButton model={model} />
    </>
  );
}

function DeleteButton({ model }: { model: ModelDetail }) {
  const { namespace, name } = model;
  const [open, setOpen] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    toast.success(t.deleted(name));
    await navigate({ to: "/models" });
    client.removeQueries({ queryKey: ["models", namespace, name] });
    await client.invalidateQueries({ queryKey: ["models"] });
  };
  return (
    <>
      <Button variant="outline" onClick={() => setOpen(true)}>
        <Trash2 aria-hidden />
        {t.delete}
      </Button>
      <DeleteDialog
        name={name}
        title={t.deleteTitle(name)}
        text={<Consequences agents={model.used_by} />}
        label={t.delete}
        open={open}
        onOpenChange={setOpen}
        remove={(force) => deleteModel(model, force)}
        onDeleted={() => void leave()}
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
