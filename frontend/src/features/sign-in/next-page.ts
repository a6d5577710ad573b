const HOME = "/chat";

/** Where to go after the sign-in: only ever a path of this site, whatever the link said. */
export function localPath(next: string | undefined): string {
  if (!next?.startsWith("/")) return HOME;
  const target = new URL(next, window.location.origin);
  if (target.origin !== window.location.origin || target.pathname === "/sign-in") return HOME;
  return `${target.pathname}${target.search}${target.hash}`;
}
