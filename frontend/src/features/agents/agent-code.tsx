/** The agent for programs: any client of OpenAI's API, pointed at this gateway. */

import { CommandTabs } from "@/components/command-tabs";
import { t } from "./messages";
import { curlSnippet, javascriptSnippet, pythonSnippet, terminalSnippet } from "./snippets";

export function AgentCode({ model }: { model: string }) {
  const { origin } = window.location;
  const commands = {
    curl: curlSnippet(origin, model),
    Python: pythonSnippet(origin, model),
    JavaScript: javascriptSnippet(origin, model),
    [t.terminal]: terminalSnippet(origin, model),
  };
  return (
    <>
      <p className="text-muted-foreground text-sm">{t.codeText}</p>
      <CommandTabs label={t.code} commands={commands} />
    </>
  );
}
