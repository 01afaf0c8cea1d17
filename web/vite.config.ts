import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm run dev` finds Milepost: a server started with `milepost serve`. */
const SERVER = process.env.MILEPOST_SERVER ?? "http://127.0.0.1:8400";

export default defineConfig({
  plugins: [react()],
  build: { outDir: "dist", target: "es2023", reportCompressedSize: false },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/graphql": { target: SERVER, ws: true },
      "/sign-in": SERVER,
      "/sign-out": SERVER,
      "/files": SERVER,
      "/public": SERVER,
    },
  },
});
