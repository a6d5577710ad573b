import { CopyButton } from "./copy-button";

/** A command to run in a terminal, with a button that copies it. */
export function CommandLine({ command }: { command: string }) {
  return (
    <div className="flex w-full max-w-xl items-start gap-2 rounded-md border bg-muted py-1 pr-1 pl-3 text-left">
      <code className="min-w-0 flex-1 whitespace-pre-wrap wrap-anywhere py-1.5 font-mono text-xs">
        {command}
      </code>
      <CopyButton value={command} label={`Copy: ${command}`} />
    </div>
  );
}
