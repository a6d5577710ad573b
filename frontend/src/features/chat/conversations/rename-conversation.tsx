import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogContent,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { FormField } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { ApiError } from "@/lib/api-error";
import { t as common } from "@/messages/common";
import { t } from "../messages";
import { type Conversation, changeConversation, refreshConversations } from "./queries";

const LONGEST = 200;

export interface RenameProps {
  conversation: Conversation;
  onClose: () => void;
}

export function RenameConversation({ conversation, onClose }: RenameProps) {
  const [title, setTitle] = useState(conversation.title);
  const queryClient = useQueryClient();
  const renaming = useMutation({
    mutationFn: (name: string) => changeConversation(conversation.id, { title: name }),
    onSuccess: () => {
      onClose();
      return refreshConversations(queryClient, conversation.id);
    },
  });
  const [missing, setMissing] = useState(false);
  function submit(event: FormEvent) {
    event.preventDefault();
    const name = title.trim();
    setMissing(name === "");
    if (name !== "") renaming.mutate(name);
  }
  const refused = renaming.error ? ApiError.of(renaming.error).message : undefined;
  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent aria-describedby={undefined}>
        <form onSubmit={submit} noValidate className="flex flex-col gap-4">
          <DialogHeader>
            <DialogTitle>{t.list.renameTitle}</DialogTitle>
          </DialogHeader>
          <FormField label={t.list.name} error={missing ? t.list.nameMissing : refused}>
            {(control) => (
              <Input
                {...control}
                value={title}
                maxLength={LONGEST}
                autoComplete="off"
                onChange={(event) => setTitle(event.target.value)}
              />
            )}
          </FormField>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              {common.cancel}
            </Button>
            <Button type="submit" disabled={renaming.isPending}>
              {common.save}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
