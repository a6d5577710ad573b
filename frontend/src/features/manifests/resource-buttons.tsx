/** What can be done with a resource of any kind; only for those who may change it. */

import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { useMay } from "@/lib/session";
import { toast } from "@/lib/toast";
import { DeleteDialog } from "./delete-dialog";
import { t } from "./messages";
import { ADDRESSES, type Resource } from "./resource";
import type { Place } from "./save";

interface CreateButtonProps {
  readonly of: Resource;
  /** Where the form begins; a name that is missing somewhere is filled in. */
  readonly begin?: Partial<Place>;
}

export function CreateButton({ of: { kind, words }, begin = {} }: CreateButtonProps) {
  if (!useMay("editor")) return null;
  return (
    <Button asChild>
      <Link to={ADDRESSES[kind].create} search={begin}>
        <Plus aria-hidden />
        {words.create}
      </Link>
    </Button>
  );
}

interface PlacedProps {
  readonly of: Resource;
  readonly place: Place;
}

export function EditButton({ of: { kind }, place: { namespace, name } }: PlacedProps) {
  return (
    <Button asChild variant="outline">
      <Link to={ADDRESSES[kind].edit} params={{ namespace, name }}>
        <Pencil aria-hidden />
        {t.edit}
      </Link>
    </Button>
  );
}

/** To the editor, with the YAML in sight. */
export function EditYamlButton({ of: { kind }, place: { namespace, name } }: PlacedProps) {
  if (!useMay("editor")) return null;
  return (
    <Button asChild size="sm" variant="outline">
      <Link to={ADDRESSES[kind].edit} params={{ namespace, name }} search={{ view: "yaml" }}>
        <Pencil aria-hidden />
        {t.editYaml}
      </Link>
    </Button>
  );
}

interface DeleteButtonProps extends PlacedProps {
  /** What deleting it means. */
  readonly consequences: ReactNode;
}

export function DeleteButton({ of, place, consequences }: DeleteButtonProps) {
  const { namespace, name } = place;
  const { cache, list } = ADDRESSES[of.kind];
  const [open, setOpen] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    toast.success(t.deleted(name));
    await navigate({ to: list });
    client.removeQueries({ queryKey: [cache, namespace, name] });
    await client.invalidateQueries({ queryKey: [cache] });
  };
  return (
    <>
      <Button variant="outline" onClick={() => setOpen(true)}>
        <Trash2 aria-hidden />
        {t.delete}
      </Button>
      <DeleteDialog
        name={name}
        title={of.words.deleteTitle(name)}
        text={consequences}
        label={t.delete}
        open={open}
        onOpenChange={setOpen}
        remove={(force) => of.remove({ namespace, name }, force)}
        onDeleted={() => void leave()}
      />
    </>
  );
}
