/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out.
 *
 * npm leaves one out when the registry at hand does not serve it, and `npm ci` then refuses the file
 * everywhere. Run it after `npm install` behind such a registry: `node build/complete-lock.mjs`.
 */
import { readFileSync, writeFileSync } from "node:fs";

const LOCK = new URL("../package-lock.json", import.meta.url);
const PLATFORM =
  /-(?<os>android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-(?<cpu>arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64)(?:-(?<libc>gnu|musl)[a-z]*)?/;
const WASM = /-(?<cpu>wasm32)-/;

/** What stands in a lock entry so that npm passes over it on other machines. */
function restrictions(name) {
  const { os, cpu, libc } = (PLATFORM.exec(name) ?? WASM.exec(name))?.groups ?? {};
  return {
    ...(cpu && { cpu: [cpu] }),
    ...(libc && { libc: [libc === "gnu" ? "glibc" : libc] }),
    optional: true,
    ...(os && { os: [os] }),
  };
}

const lock = JSON.parse(readFileSync(LOCK, "utf8"));
let added = 0;
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    if (lock.packages[path] || !/^\d/.test(version)) continue;
    lock.packages[path] = { version, ...(entry.dev && { dev: true }), ...restrictions(name) };
    added += 1;
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} packages of other platforms added\n`);
