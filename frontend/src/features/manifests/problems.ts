/** What is wrong with a draft, in one shape whoever found it: the parser, the schema, the server. */

import { formatPath, type Path, parsePath } from "./manifest";

export interface Problem {
  /** Where in the manifest, like `spec.limits.seconds`; empty for the whole of it. */
  readonly path: string;
  readonly message: string;
  readonly source: "syntax" | "schema" | "server";
  /** Line of the YAML text, from 1. */
  readonly line?: number;
}

/** Problems of exactly this field, or below it where `deep`. */
export function problemsAt(
  problems: readonly Problem[],
  path: Path,
  deep = false,
): readonly Problem[] {
  const text = formatPath(path);
  return problems.filter(
    (problem) => problem.path === text || (deep && isBelow(problem.path, text)),
  );
}

/** Whether `path` lies inside of `parent`. */
export function isBelow(path: string, parent: string): boolean {
  return path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
}

/** Whether a change of `changed` may have solved a problem at `path`. */
export function isTouchedBy(path: string, changed: string): boolean {
  return path === "" || path === changed || isBelow(path, changed) || isBelow(changed, path);
}

/** Paths in a server's answer begin at the manifest; some servers prefix the body. */
export function serverProblem(message: string, param: string | null | undefined): Problem {
  const parts = parsePath(param ?? "");
  const path = formatPath(parts[0] === "body" ? parts.slice(1) : parts);
  return { path, message: withoutPath(message, path), source: "server" };
}

function withoutPath(message: string, path: string): string {
  return path !== "" && message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
}

const BEGINNING = /^((?:spec|metadata|kind|apiVersion)[^\s:]*): (.*)$/s;

/** The problems of one answer: the gateway joins them as `path: message; path: message.` */
export function serverProblems(
  message: string,
  param: string | null | undefined,
): readonly Problem[] {
  const parts = message.split(/; (?=(?:spec|metadata|kind|apiVersion)[^\s:]*: )/);
  const found = parts.flatMap((part) => {
    const [, path, text] = BEGINNING.exec(part) ?? [];
    return path === undefined || text === undefined
      ? []
      : [{ path, message: sentence(text), source: "server" } as const];
  });
  return found.length > 0 ? found : [serverProblem(message, param)];
}

function sentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}
