import { CircleAlert, CircleCheck, CircleDashed, Eye, OctagonX, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Money } from "@/components/money";
import { RelativeTime } from "@/components/relative-time";
import { Badge, type BadgeTone } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { formatInZone, formatUsd } from "@/lib/format";
import { BudgetProgress } from "./budget-progress";
import { type BudgetState, budgetState, marks, percentText, shares, zoneOf } from "./budget-state";
import { t } from "./messages";
import { type Budget, budgetName } from "./queries";

const LOOKS: Record<BudgetState, { tone: BadgeTone; icon: typeof CircleCheck }> = {
  fine: { tone: "success", icon: CircleCheck },
  near: { tone: "warning", icon: TriangleAlert },
  exceeded: { tone: "danger", icon: OctagonX },
  tight: { tone: "danger", icon: OctagonX },
  watching: { tone: "info", icon: Eye },
  uncounted: { tone: "neutral", icon: CircleDashed },
  broken: { tone: "warning", icon: CircleAlert },
};

export interface BudgetCardProps {
  budget: Budget;
  /** Buttons for those who may change it. */
  actions?: ReactNode;
}

export function BudgetCard({ budget, actions }: BudgetCardProps) {
  return (
    <Card aria-label={budgetName(budget)} className="flex h-full flex-col gap-3 p-4">
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div className="min-w-0 flex-1 basis-48">
          <h2 className="break-words font-semibold text-sm">{budgetName(budget)}</h2>
          <p className="text-muted-foreground text-xs">{t.scopeOf(budget.scope)}</p>
        </div>
        <div className="flex shrink-0 items-center gap-1">
          <StateBadge budget={budget} />
          {actions}
        </div>
      </div>
      <Amounts budget={budget} />
      <BudgetProgress budget={budget} />
      <Facts budget={budget} />
      <TooLittle budget={budget} />
      <Problem budget={budget} />
    </Card>
  );
}

function StateBadge({ budget }: { budget: Budget }) {
  const state = budgetState(budget);
  const { tone, icon: Icon } = LOOKS[state];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {t.states[state]}
    </Badge>
  );
}

function Amounts({ budget }: { budget: Budget }) {
  const share = shares(budget);
  return (
    <p className="flex items-baseline justify-between gap-2">
      <span>
        <span className="font-semibold text-lg tabular-nums">
          {budget.spent_usd === null ? "–" : formatUsd(budget.spent_usd)}
        </span>{" "}
        <span className="text-muted-foreground">
          {t.of} {formatUsd(budget.amount_usd)} {t.per[budget.period] ?? budget.period}
        </span>
      </span>
      {share && <span className="tabular-nums">{percentText(share.spent)}</span>}
    </p>
  );
}

function Facts({ budget }: { budget: Budget }) {
  const thresholds = marks(budget.spec).map((mark) => t.mark(mark.percent, mark.action));
  return (
    <dl className="grid grid-cols-3 gap-x-3 gap-y-1 text-xs">
      <Fact label={t.remaining}>
        <Money usd={budget.remaining_usd} />
      </Fact>
      <Fact label={t.reserved}>
        <Money usd={budget.reserved_usd} />
      </Fact>
      <Fact label={t.resets}>
        <RelativeTime at={budget.resets_at} />
        {budget.resets_at && (
          <span className="block text-muted-foreground">
            {formatInZone(budget.resets_at, zoneOf(budget.spec))}
          </span>
        )}
      </Fact>
      {thresholds.length > 0 && (
        <Fact className="col-span-3" label={t.marks}>
          {thresholds.join(", ")}
        </Fact>
      )}
    </dl>
  );
}

interface FactProps {
  label: string;
  className?: string;
  children: ReactNode;
}

function Fact({ label, className, children }: FactProps) {
  return (
    <div className={className}>
      <dt className="text-muted-foreground">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Chats are refused, though not all is spent: each sets aside what it may cost. */
function TooLittle({ budget }: { budget: Budget }) {
  const { state, too_little_for: agents, least_chat_usd: least } = budget;
  if (agents.length === 0 || least === null) return null;
  const amount = formatUsd(least);
  return (
    <p className="break-words text-warning text-xs">
      {state === "TooLittleLeft" ? t.tooLittle(amount) : t.tooLittleFor(agents, amount)}{" "}
      {t.tooLittleHint}
    </p>
  );
}

/** Why a budget is not in force, in the words of the one who found out. */
function Problem({ budget }: { budget: Budget }) {
  if (budgetState(budget) !== "broken") return null;
  const said = budget.conditions.find((each) => each.reason === budget.state)?.message;
  return (
    <p className="text-warning text-xs">
      {budget.state}
      {typeof said === "string" && said && `: ${said}`}
    </p>
  );
}
