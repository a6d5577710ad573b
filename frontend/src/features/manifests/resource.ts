/** What the pages of every kind need to know of it: its words, its addresses, its endpoints. */

import type { LucideIcon } from "lucide-react";
import type { ManifestKind } from "./queries";
import type { ManifestApi, Place } from "./save";

export interface ResourceWords {
  readonly title: string;
  readonly description: string;
  readonly create: string;
  readonly createTitle: string;
  readonly editTitle: (name: string) => string;
  readonly none: string;
  readonly noneText: string;
  readonly noMatch: string;
  readonly loadFailed: string;
  readonly oneFailed: string;
  readonly missing: (name: string) => string;
  readonly deleteTitle: (name: string) => string;
}

export interface Resource {
  readonly kind: ManifestKind;
  readonly icon: LucideIcon;
  readonly words: ResourceWords;
  /** What to type in a terminal to get the first one. */
  readonly command: string;
  readonly api: ManifestApi;
  readonly remove: (place: Place, force: boolean) => Promise<unknown>;
}

/** Its pages, and the first part of the keys under which the cache holds it. */
export const ADDRESSES = {
  Agent: {
    cache: "agents",
    list: "/agents",
    create: "/agents/new",
    page: "/agents/$namespace/$name",
    edit: "/agents/$namespace/$name/edit",
  },
  Model: {
    cache: "models",
    list: "/models",
    create: "/models/new",
    page: "/models/$namespace/$name",
    edit: "/models/$namespace/$name/edit",
  },
} as const;
