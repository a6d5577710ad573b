/** Words of the page of health. */
export const t = {
  title: "Health",
  description:
    "Whether every part of the installation works, and what does not stand as it should.",
  failed: "The health could not be read",
  verdicts: {
    well: {
      title: "All is well",
      text: "Every component works, and every resource stands as it should.",
    },
    attention: {
      title: "Something needs you",
      text: "Every component works, but some resources do not stand as they should.",
    },
    degraded: {
      title: "Degraded",
      text: "Chats may still be answered, but a component does not work as it should.",
    },
    down: { title: "Down", text: "A component that chats need does not work." },
  },
  asOf: "Checked",
  components: "Components",
  onlyInstallation: "Single components are shown to keys of the whole installation.",
  names: {
    gateway: "Gateway",
    "limits-store": "Limits store (Redis)",
    database: "Database",
    "ledger-spool": "Ledger spool",
    audit: "Audit log",
    "catalogue-watch": "Watch of resources",
    operator: "Operator",
  } as Record<string, string>,
  statuses: { ok: "Works", degraded: "Degraded", down: "Down", unknown: "Unknown" },
  since: "since",
  conditions: "Not as it should be",
  noConditions: "Every resource stands as it should.",
  more: (count: number) => `And ${count} more. Filter by namespace with a key of that namespace.`,
  intended: "As somebody wants it",
  caption: "Conditions that are not as they should be",
  columns: {
    resource: "Resource",
    condition: "Condition",
    message: "What is the matter",
    since: "Since",
  },
  advice: "What to do:",
} as const;
