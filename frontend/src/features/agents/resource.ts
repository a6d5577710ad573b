/** Agents as the pages of every kind see them. */

import { Bot } from "lucide-react";
import type { Resource } from "../manifests/resource";
import { t } from "./messages";
import { agentApi, deleteAgent } from "./queries";

export const AGENTS: Resource = {
  kind: "Agent",
  icon: Bot,
  words: t,
  command: "quarterdeck apply -f agent.yaml",
  api: agentApi,
  remove: deleteAgent,
};
