/** Audit events as files. Pure.
 *
 * A spreadsheet would run a cell that begins like a formula, and names come from people: such cells
 * get an apostrophe in front, as the gateway's own CSV has it.
 */

export interface AuditEvent {
  seq: number;
  id: string;
  at: string;
  action: string;
  actor: string;
  address: string;
  namespace: string;
  subject: string;
  request_id: string;
  detail: Record<string, unknown>;
  hash: string;
}

const COLUMNS = [
  "seq",
  "at",
  "action",
  "actor",
  "address",
  "namespace",
  "subject",
  "request_id",
  "detail",
  "hash",
] as const;
const DANGEROUS = /^[=+\-@\t\r\n＝＋－＠]/;

/** RFC 4180, a line of names first. */
export function csvOf(events: AuditEvent[]): string {
  const lines = events.map((event) => COLUMNS.map((name) => cell(event[name])).join(","));
  return [COLUMNS.join(","), ...lines].map((line) => `${line}\r\n`).join("");
}

/** The events as they came. */
export function jsonOf(events: AuditEvent[]): string {
  return `${JSON.stringify(events, null, 2)}\n`;
}

function cell(value: AuditEvent[(typeof COLUMNS)[number]]): string {
  const plain = typeof value === "object" ? JSON.stringify(value) : String(value);
  const safe = DANGEROUS.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
