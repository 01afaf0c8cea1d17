import react from "@vitejs/plugin-react";
import { defineConfig, type PluginOption } from "vite";

const SERVER = process.env.MILEPOST_SERVER ?? "http://127.0.0.1:8400";

/** `vite --mode mock` answers by itself from generated data; no other mode ever loads it. */
async function mock(mode: string): Promise<PluginOption[]> {
  return mode === "mock" ? [(await import("./dev/mock-server.ts")).mockServer()] : [];
}

export default defineConfig(async ({ mode }) => ({
  plugins: [react(), ...(await mock(mode))],
  build: { outDir: "dist", target: "es2023", reportCompressedSize: false },
  server: {
    host: "127.0.0.1",
    proxy: {
      ...(mode === "mock"
        ? {}
        : {
            "/graphql": { target: SERVER, ws: true },
            "/sign-in": SERVER,
            "/sign-out": SERVER,
            "/files": SERVER,
            "/public": SERVER,
          }),
    },
  },
}));
