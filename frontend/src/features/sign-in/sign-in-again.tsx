import { focusManager, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import {
  Dialog,
  DialogDescription,
  DialogHeader,
  DialogTitle,
  FullScreenContent,
} from "@/components/ui/dialog";
import { lookAgain, useCaller } from "@/lib/session";
import { t } from "./messages";
import { SignInForm } from "./sign-in-form";

/** Over everything that is open when the session ends, so that nothing typed is lost. */
export default function SignInAgain({ why }: { why: string }) {
  const { name } = useCaller();
  const queryClient = useQueryClient();
  usePause();
  return (
    <Dialog open>
      <FullScreenContent onEscapeKeyDown={(event) => event.preventDefault()}>
        <DialogHeader>
          <DialogTitle>{t.againTitle}</DialogTitle>
          <DialogDescription>
            {t.ended(why)} {t.againHint}
          </DialogDescription>
        </DialogHeader>
        <SignInForm
          onDone={(caller) => {
            // Nothing that somebody else typed may stay on the screen.
            if (caller.name !== name) window.location.reload();
            else void queryClient.invalidateQueries();
          }}
        />
      </FullScreenContent>
    </Dialog>
  );
}

/** Nothing is asked for anew meanwhile, but who is signed in: perhaps another tab has done it. */
function usePause(): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    const look = () => void lookAgain(queryClient);
    focusManager.setFocused(false);
    window.addEventListener("focus", look);
    return () => {
      window.removeEventListener("focus", look);
      focusManager.setFocused(undefined);
    };
  }, [queryClient]);
}
