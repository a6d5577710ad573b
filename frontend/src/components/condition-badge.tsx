import { CircleAlert, CircleCheck, CircleDashed, CirclePause } from "lucide-react";
import { Badge, type BadgeTone } from "./ui/badge";
import { Tooltip } from "./ui/tooltip";

/** How a resource stands, as the gateway tells it: `ready`, with one word and a sentence why. */
export interface Standing {
  ready: boolean;
  reason: string;
  message?: string;
  suspended?: boolean;
}

/** Reasons that end by themselves; everything else needs somebody. */
const WAITING = /^(Waiting|Starting|Progressing|Pending|Unknown|Creating|Scaling|Waking)/;

function look(standing: Standing): { tone: BadgeTone; icon: typeof CircleCheck } {
  if (standing.suspended) return { tone: "neutral", icon: CirclePause };
  if (standing.ready) return { tone: "success", icon: CircleCheck };
  if (WAITING.test(standing.reason)) return { tone: "warning", icon: CircleDashed };
  return { tone: "danger", icon: CircleAlert };
}

export function ConditionBadge({ standing }: { standing: Standing }) {
  const { tone, icon: Icon } = look(standing);
  const text = standing.ready ? "Ready" : standing.reason || "Unknown";
  const badge = (
    <Badge tone={tone} tabIndex={standing.message ? 0 : undefined}>
      <Icon aria-hidden />
      <span className="truncate">{text}</span>
    </Badge>
  );
  return standing.message ? <Tooltip label={standing.message}>{badge}</Tooltip> : badge;
}
