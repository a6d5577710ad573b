/** Why a draft could not be saved although nothing is wrong with it, and the ways on. */

import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { t } from "./messages";

interface ManagedNoticeProps {
  /** Who manages it, in the gateway's words. */
  readonly message: string;
  readonly onForce: () => void;
}

interface ObstacleNoticeProps<Stored> {
  readonly obstacle:
    | { readonly kind: "changed"; readonly stored: Stored | null }
    | { readonly kind: "managed"; readonly message: string };
  readonly onResolve: (choice: "reload" | "rebase", stored: Stored | null) => void;
  readonly onForce: () => void;
}

export function ManagedNotice({ message, onForce }: ManagedNoticeProps) {
  return (
    <Notice title={t.managedTitle} text={`${message} ${t.forceHint}`}>
      <Button variant="outline" size="sm" onClick={onForce}>
        {t.force}
      </Button>
    </Notice>
  );
}

export function ObstacleNotice<Stored>(props: ObstacleNoticeProps<Stored>) {
  const { obstacle, onResolve, onForce } = props;
  if (obstacle.kind === "managed") {
    return <ManagedNotice message={obstacle.message} onForce={onForce} />;
  }
  const { stored } = obstacle;
  return (
    <Notice title={t.changedTitle} text={stored === null ? t.goneText : t.changedText}>
      {stored !== null && (
        <Button variant="outline" size="sm" onClick={() => onResolve("reload", stored)}>
          {t.reload}
        </Button>
      )}
      <Button variant="outline" size="sm" onClick={() => onResolve("rebase", stored)}>
        {t.keep}
      </Button>
    </Notice>
  );
}

function Notice({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div
      role="alert"
      className="flex gap-3 rounded-lg border border-warning/40 bg-warning-soft p-4"
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-warning" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title}</p>
        <p className="mt-0.5 break-words">{text}</p>
        <div className="mt-3 flex flex-wrap gap-2">{children}</div>
      </div>
    </div>
  );
}
