/**
 * Pages are fetched when they are opened. Where that fails because there is a new version with
 * other files, the router loads the document anew; but a document that cannot be fetched either
 * would leave the reader with the browser's own error page, and without what is open.
 */
import { t } from "@/messages/common";
import { ApiError } from "./api-error";

const PROBE = "/favicon.svg";
const PROBE_TIMEOUT_MS = 10_000;

/** What `import()` gives; an ApiError when nobody answers at all. */
export async function fetched<Module>(code: Promise<Module>): Promise<Module> {
  try {
    return await code;
  } catch (error) {
    if (await isServed()) throw error;
    throw new ApiError({ status: 0, code: PAGE_UNREACHABLE, message: unreachable() });
  }
}

/** Loads the document anew once there is somebody to give it. */
export async function reloadIfServed(): Promise<void> {
  if (await isServed()) window.location.reload();
}

export const PAGE_UNREACHABLE = "page_unreachable";

const unreachable = () => (navigator.onLine ? t.errors.unreachable : t.errors.offline);

/** Whether there is somebody who gives pages, asked now. */
export async function isServed(): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    return (await fetch(PROBE, { method: "HEAD", cache: "no-store", signal })).ok;
  } catch {
    return false;
  }
}
