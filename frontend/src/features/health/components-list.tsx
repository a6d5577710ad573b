import { CircleAlert, CircleCheck, CircleHelp, OctagonX } from "lucide-react";
import { RelativeTime } from "@/components/relative-time";
import { Badge, type BadgeTone } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import type { Schemas } from "@/lib/api";
import { t } from "./messages";
import { known, type Status } from "./standing";

const LOOKS: Record<Status, { tone: BadgeTone; icon: typeof CircleCheck }> = {
  ok: { tone: "success", icon: CircleCheck },
  unknown: { tone: "neutral", icon: CircleHelp },
  degraded: { tone: "warning", icon: CircleAlert },
  down: { tone: "danger", icon: OctagonX },
};

type Component = Schemas["ComponentView"];

/** What the installation consists of, each with its status in colour and word. */
export function ComponentsList({ components }: { components: Component[] }) {
  if (components.length === 0) {
    return <p className="text-muted-foreground">{t.onlyInstallation}</p>;
  }
  return (
    <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
      {components.map((component) => (
        <li key={component.name}>
          <ComponentCard component={component} />
        </li>
      ))}
    </ul>
  );
}

function ComponentCard({ component }: { component: Component }) {
  const status = known(component.status);
  const { tone, icon: Icon } = LOOKS[status];
  return (
    <Card className="h-full p-3.5">
      <div className="flex items-center justify-between gap-2">
        <h3 className="min-w-0 font-medium">{t.names[component.name] ?? component.name}</h3>
        <Badge tone={tone}>
          <Icon aria-hidden />
          {t.statuses[status]}
        </Badge>
      </div>
      <p className="mt-1 break-words text-muted-foreground text-xs">
        {component.message}
        {status !== "ok" && component.since && (
          <>
            {component.message && " · "}
            {t.since} <RelativeTime at={component.since} />
          </>
        )}
      </p>
    </Card>
  );
}
