import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { CommandLine } from "./command-line";

export interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  description?: ReactNode;
  /** What to type in a terminal to get the first one. */
  command?: string;
  /** The same by a click. */
  action?: ReactNode;
  /** "h1" where nothing else on the page has a heading. */
  heading?: "h1" | "h2";
}

export function EmptyState(props: EmptyStateProps) {
  const { icon: Icon, title, description, command, action, heading: Heading = "h2" } = props;
  return (
    <div className="flex flex-col items-center gap-4 rounded-lg border border-dashed px-4 py-12 text-center">
      <span className="rounded-full bg-accent p-3 text-accent-foreground">
        <Icon aria-hidden className="size-6" />
      </span>
      <div className="max-w-md">
        <Heading className="font-semibold text-base">{title}</Heading>
        {description && <p className="mt-1 text-muted-foreground text-sm">{description}</p>}
      </div>
      {action}
      {command && <CommandLine command={command} />}
    </div>
  );
}
