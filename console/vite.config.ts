import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The server that `npm run dev` shows: the program's own address, unless said otherwise. */
const server = process.env.ROOKERY ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/console/",
  plugins: [react()],
  build: {
    target: "es2022",
    // A data: address would need a wider policy for content, and files below 4 KB are few.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "^/(api|p|health|openapi.json|feeds|hooks)(/|$)": {
        target: server,
        changeOrigin: true,
        // The server takes changes from its own pages alone, and this page stands for one of them.
        headers: { origin: server },
      },
    },
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
});
