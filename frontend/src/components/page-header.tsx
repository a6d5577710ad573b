import type { ReactNode } from "react";
import { t } from "@/messages/common";

export interface PageHeaderProps {
  title: string;
  description?: ReactNode;
  /** Buttons on the right. */
  actions?: ReactNode;
  /** Beside the title: badges. */
  children?: ReactNode;
}

/** The heading of a page, which also names the browser's tab. */
export function PageHeader({ title, description, actions, children }: PageHeaderProps) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-3 pb-5">
      <title>{`${title} · ${t.product}`}</title>
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex flex-wrap items-center gap-2">
          <h1 className="min-w-0 break-words font-semibold text-xl tracking-tight">{title}</h1>
          {children}
        </div>
        {description && (
          <p className="mt-1 max-w-prose text-muted-foreground text-sm">{description}</p>
        )}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}
