import { CircleAlert, CircleCheck, X } from "lucide-react";
import { Toast as Primitive } from "radix-ui";
import { useSyncExternalStore } from "react";
import { cn } from "@/lib/class-names";
import { dismiss, shownToasts, subscribe, type ToastMessage } from "@/lib/toast";
import { t } from "@/messages/common";

/** Where every toast of the product appears; `lib/toast` shows them. */
export function Toaster() {
  const toasts = useSyncExternalStore(subscribe, shownToasts);
  return (
    <Primitive.Provider label={t.notification} swipeDirection="right">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
      <Primitive.Viewport
        label={t.notifications}
        className="fixed right-0 bottom-0 z-[60] flex w-full max-w-sm flex-col gap-2 p-4 outline-none"
      />
    </Primitive.Provider>
  );
}

function ToastCard({ toast }: { toast: ToastMessage }) {
  const failed = toast.kind === "error";
  const Icon = failed ? CircleAlert : CircleCheck;
  return (
    <Primitive.Root
      type={failed ? "foreground" : "background"}
      duration={toast.seconds * 1000}
      onOpenChange={(open) => open || dismiss(toast.id)}
      className="flex animate-in items-start gap-3 rounded-lg border bg-popover p-3 shadow-lg fade-in-0 slide-in-from-bottom-2"
    >
      <Icon
        aria-hidden
        className={cn("mt-0.5 size-4 shrink-0", failed ? "text-destructive" : "text-success")}
      />
      <div className="min-w-0 flex-1">
        <Primitive.Title className="break-words font-medium text-sm">{toast.title}</Primitive.Title>
        {toast.description && (
          <Primitive.Description className="mt-0.5 break-words text-muted-foreground text-xs">
            {toast.description}
          </Primitive.Description>
        )}
      </div>
      {toast.action && (
        <Primitive.Action
          altText={toast.action.label}
          onClick={toast.action.run}
          className="rounded-sm px-1.5 font-medium text-primary text-sm hover:underline"
        >
          {toast.action.label}
        </Primitive.Action>
      )}
      <Primitive.Close
        aria-label={t.close}
        className="rounded-sm p-0.5 text-muted-foreground hover:text-foreground"
      >
        <X aria-hidden className="size-4" />
      </Primitive.Close>
    </Primitive.Root>
  );
}
