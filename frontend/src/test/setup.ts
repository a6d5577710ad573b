import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// Pages are loaded lazily, and a busy machine takes its time for that.
configure({ asyncUtilTimeout: 5000 });
afterEach(cleanup);
