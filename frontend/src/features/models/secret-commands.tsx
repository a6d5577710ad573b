/** How to put a key into the Secret that a model names: the key never passes through this page. */

import { useState } from "react";
import { CommandLine } from "@/components/command-line";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { t } from "./messages";
import { kubectlCommand, quarterdeckCommand, type SecretPlace } from "./secret-command";

export function SecretCommands({ place }: { place: SecretPlace }) {
  const [where, setWhere] = useState("kubernetes");
  return (
    <div>
      <p className="text-muted-foreground text-sm">{t.secretText}</p>
      <Tabs value={where} onValueChange={setWhere} className="mt-2">
        <TabsList aria-label={t.secretTitle}>
          <TabsTrigger value="kubernetes">{t.onKubernetes}</TabsTrigger>
          <TabsTrigger value="host">{t.onOneHost}</TabsTrigger>
        </TabsList>
        <TabsContent value="kubernetes">
          <CommandLine command={kubectlCommand(place)} />
        </TabsContent>
        <TabsContent value="host">
          <CommandLine command={quarterdeckCommand(place)} />
        </TabsContent>
      </Tabs>
    </div>
  );
}
