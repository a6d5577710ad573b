/** A stored manifest as YAML, to read and to copy. */

import { useMemo } from "react";
import { CopyButton } from "@/components/copy-button";
import { editable, type JsonObject } from "./manifest";
import { t } from "./messages";
import { YamlEditor } from "./yaml-editor";
import { toText } from "./yaml-text";

interface YamlViewProps {
  readonly manifest: JsonObject;
  /** A link to the editor, for those who may use it. */
  readonly action?: React.ReactNode;
}

export default function YamlView({ manifest, action }: YamlViewProps) {
  const text = useMemo(() => toText(editable(manifest)), [manifest]);
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap gap-2">
        {action}
        <CopyButton value={text} label={t.copyYaml} withText variant="outline" />
      </div>
      <YamlEditor label={t.yaml} text={text} />
    </div>
  );
}
