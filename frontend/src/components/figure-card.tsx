import type { ReactNode } from "react";
import { Card } from "./ui/card";

export interface FigureCardProps {
  label: string;
  value: ReactNode;
  hint?: ReactNode;
}

/** One number that matters, with what it counts. */
export function FigureCard({ label, value, hint }: FigureCardProps) {
  return (
    <Card className="p-3.5">
      <dl>
        <dt className="text-muted-foreground text-xs">{label}</dt>
        <dd className="font-semibold text-xl tabular-nums tracking-tight">{value}</dd>
        {hint && <dd className="text-muted-foreground text-xs">{hint}</dd>}
      </dl>
    </Card>
  );
}
