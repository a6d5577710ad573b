import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Eye, EyeOff } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { FormField } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";
import { ApiError } from "@/lib/api-error";
import { type Caller, openAs, signIn } from "@/lib/session";
import { t } from "./messages";

/** The key lives in this form's state until it is sent, and then nowhere. */
export function SignInForm({ onDone }: { onDone: (caller: Caller) => unknown }) {
  const [key, setKey] = useState("");
  const [shown, setShown] = useState(false);
  const [fault, setFault] = useState<string>();
  const opening = useOpenSession((caller) => {
    setKey("");
    return onDone(caller);
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    const wrong = faultOf(key);
    setFault(wrong);
    if (!wrong) opening.mutate(key.trim());
  }

  const error = fault ?? (opening.error ? explain(opening.error) : undefined);
  const Icon = shown ? EyeOff : Eye;
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <FormField label={t.key} hint={t.keyHint} error={error}>
        {(control) => (
          <div className="flex gap-2">
            <Input
              {...control}
              type={shown ? "text" : "password"}
              value={key}
              placeholder={t.keyPlaceholder}
              autoComplete="off"
              spellCheck={false}
              autoFocus
              onChange={(event) => setKey(event.target.value)}
            />
            <Button
              variant="outline"
              size="icon"
              aria-label={shown ? t.hide : t.show}
              onClick={() => setShown(!shown)}
            >
              <Icon aria-hidden />
            </Button>
          </div>
        )}
      </FormField>
      <Button type="submit" size="lg" disabled={opening.isPending}>
        {opening.isPending ? t.submitting : t.submit}
      </Button>
    </form>
  );
}

function useOpenSession(onDone: (caller: Caller) => unknown) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: signIn,
    // The variables of a mutation stay in its cache; the key shall not.
    gcTime: 0,
    onSuccess: async (caller) => {
      openAs(queryClient, caller);
      await onDone(caller);
    },
  });
}

function faultOf(key: string): string | undefined {
  if (key.trim() === "") return t.missing;
  return /^\S+$/.test(key.trim()) ? undefined : t.shape;
}

/** What to tell about a session that was not opened. */
export function explain(error: unknown): string {
  const failed = ApiError.of(error);
  if (failed.status === 401) return t.wrong;
  if (failed.status === 429 && failed.retryAfter) return t.throttled(failed.retryAfter);
  return failed.message;
}
