import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { firstLoadBudget } from "./build/first-load.ts";
import { precompress } from "./build/precompress.ts";
import { CONTENT_SECURITY_POLICY } from "./build/security-headers.ts";

const GATEWAY = process.env.QUARTERDECK_GATEWAY ?? "http://127.0.0.1:8000";
const FIRST_LOAD_KB = 250;
const PROXIED = ["/v1", "/api", "/openapi.json", "/healthz", "/readyz"];
const proxy = Object.fromEntries(PROXIED.map((path) => [path, { target: GATEWAY }]));

const inSource = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  plugins: [react(), tailwindcss(), firstLoadBudget(FIRST_LOAD_KB), precompress()],
  resolve: {
    alias: {
      "@": inSource(""),
      // The original writes <style> elements, which the content security policy refuses.
      "react-remove-scroll": inSource("lib/remove-scroll.tsx"),
    },
  },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
  },
  server: { proxy },
  preview: { proxy, headers: { "Content-Security-Policy": CONTENT_SECURITY_POLICY } },
});
