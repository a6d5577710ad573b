import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// Pages are loaded lazily, and a busy machine takes its time for that.
configure({ asyncUtilTimeout: 5000 });
afterEach(cleanup);

/** There is no layout here: whatever is watched is in sight. */
window.IntersectionObserver = class extends IntersectionObserver {
  constructor(private readonly told: IntersectionObserverCallback) {
    super(told);
  }
  override observe(target: Element): void {
    const entry = { target, isIntersecting: true } as unknown as IntersectionObserverEntry;
    queueMicrotask(() => this.told([entry], this));
  }
};
