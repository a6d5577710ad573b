import { Download } from "lucide-react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { type AuditEvent, csvOf, jsonOf } from "./export";
import { t } from "./messages";

/** Saves the events that are shown, as they are filtered. */
export function ExportMenu({ events }: { events: AuditEvent[] }) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button disabled={events.length === 0} size="sm" variant="outline">
          <Download aria-hidden />
          {t.export}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem onSelect={() => save("audit.csv", "text/csv", csvOf(events))}>
          {t.exportCsv}
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => save("audit.json", "application/json", jsonOf(events))}>
          {t.exportJson}
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

function save(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
