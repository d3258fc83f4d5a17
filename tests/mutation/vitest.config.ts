import { defineConfig } from "vitest/config";
import rooms from "./rooms.json" with { type: "json" };

const room = rooms[process.env["MUTATION_ROOM"] as keyof typeof rooms];

export default defineConfig({
  test: {
    include: room.tests,
    exclude: ["node_modules/**"],
    testTimeout: 60_000,
    maxWorkers: 1,
    isolate: false,
  },
});
