import { CommandLine } from "./command-line";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "./ui/tabs";

export interface CommandTabsProps {
  /** Says what the tabs choose among, for screen readers. */
  label: string;
  /** Commands by what their tab says; the first one is shown at first. */
  commands: Readonly<Record<string, string>>;
}

/** The same deed in several ways, each to be copied. */
export function CommandTabs({ label, commands }: CommandTabsProps) {
  const names = Object.keys(commands);
  return (
    <Tabs defaultValue={names[0]} className="mt-2">
      <TabsList aria-label={label}>
        {names.map((name) => (
          <TabsTrigger key={name} value={name}>
            {name}
          </TabsTrigger>
        ))}
      </TabsList>
      {names.map((name) => (
        <TabsContent key={name} value={name}>
          <CommandLine command={commands[name] ?? ""} />
        </TabsContent>
      ))}
    </Tabs>
  );
}
