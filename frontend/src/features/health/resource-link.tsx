import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface Resource {
  kind: string;
  namespace: string;
  name: string;
}

const LOOK = "break-all font-medium text-primary hover:underline";

/** A resource by kind and name, with the way to the page where a person sees to it. */
export function ResourceLink(resource: Resource) {
  return (
    <span>
      <span className="block text-muted-foreground text-xs">{resource.kind}</span>
      <Way {...resource}>{`${resource.namespace}/${resource.name}`}</Way>
    </span>
  );
}

function Way({ kind, namespace, name, children }: Resource & { children: ReactNode }) {
  if (kind === "Agent" || kind === "Model") {
    const to = kind === "Agent" ? "/agents/$namespace/$name" : "/models/$namespace/$name";
    return (
      <Link className={LOOK} params={{ namespace, name }} to={to}>
        {children}
      </Link>
    );
  }
  return (
    <Link className={LOOK} to={kind === "ApiKey" ? "/keys" : "/budgets"}>
      {children}
    </Link>
  );
}
