import { Progress as Primitive } from "radix-ui";
import { cn } from "@/lib/class-names";

const TONES = {
  info: "bg-primary",
  success: "bg-success",
  warning: "bg-warning",
  danger: "bg-destructive",
};

export interface ProgressProps {
  /** 0 to 100; more is shown as full. */
  value: number;
  label: string;
  tone?: keyof typeof TONES;
  className?: string;
}

export function Progress({ value, label, tone = "info", className }: ProgressProps) {
  const shown = Math.min(100, Math.max(0, value));
  return (
    <Primitive.Root
      value={shown}
      aria-label={label}
      className={cn("h-2 w-full overflow-hidden rounded-full bg-secondary", className)}
    >
      <Primitive.Indicator
        className={cn("h-full rounded-full transition-[width]", TONES[tone])}
        style={{ width: `${shown}%` }}
      />
    </Primitive.Root>
  );
}
