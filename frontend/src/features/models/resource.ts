/** Models as the pages of every kind see them. */

import { Boxes } from "lucide-react";
import type { Resource } from "../manifests/resource";
import { t } from "./messages";
import { deleteModel, modelApi } from "./queries";

export const MODELS: Resource = {
  kind: "Model",
  icon: Boxes,
  words: t,
  command: "quarterdeck apply -f model.yaml",
  api: modelApi,
  remove: deleteModel,
};
