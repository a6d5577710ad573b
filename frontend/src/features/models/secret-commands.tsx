/** How to put a key into the Secret that a model names: the key never passes through this page. */

import { CommandTabs } from "@/components/command-tabs";
import { t } from "./messages";
import { kubectlCommand, quarterdeckCommand, type SecretPlace } from "./secret-command";

export function SecretCommands({ place }: { place: SecretPlace }) {
  const commands = {
    [t.onKubernetes]: kubectlCommand(place),
    [t.onOneHost]: quarterdeckCommand(place),
  };
  return (
    <div>
      <p className="text-muted-foreground text-sm">{t.secretText}</p>
      <CommandTabs label={t.secretTitle} commands={commands} />
    </div>
  );
}
