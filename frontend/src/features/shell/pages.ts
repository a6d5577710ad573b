/** The pages of the menu and of the command palette, in their order. */
import {
  Activity,
  Bot,
  ChartLine,
  CircleDollarSign,
  KeyRound,
  type LucideIcon,
  MessageSquare,
  Package,
  ScrollText,
  Wallet,
} from "lucide-react";
import type { Role } from "@/lib/session";
import { t } from "./messages";

export interface MenuPage {
  to:
    | "/chat"
    | "/agents"
    | "/models"
    | "/keys"
    | "/budgets"
    | "/health"
    | "/traffic"
    | "/costs"
    | "/audit";
  label: string;
  icon: LucideIcon;
  /** Who may see it; the gateway refuses the others anyway. */
  role: Role;
}

export interface MenuGroup {
  label: string;
  pages: readonly MenuPage[];
}

export const MENU: readonly MenuGroup[] = [
  {
    label: t.groups.work,
    pages: [{ to: "/chat", label: t.pages.chat, icon: MessageSquare, role: "user" }],
  },
  {
    label: t.groups.resources,
    pages: [
      { to: "/agents", label: t.pages.agents, icon: Bot, role: "viewer" },
      { to: "/models", label: t.pages.models, icon: Package, role: "viewer" },
      { to: "/keys", label: t.pages.keys, icon: KeyRound, role: "admin" },
      { to: "/budgets", label: t.pages.budgets, icon: Wallet, role: "viewer" },
    ],
  },
  {
    label: t.groups.operate,
    pages: [
      { to: "/health", label: t.pages.health, icon: Activity, role: "viewer" },
      { to: "/traffic", label: t.pages.metrics, icon: ChartLine, role: "viewer" },
      { to: "/costs", label: t.pages.costs, icon: CircleDollarSign, role: "viewer" },
      { to: "/audit", label: t.pages.audit, icon: ScrollText, role: "admin" },
    ],
  },
];
