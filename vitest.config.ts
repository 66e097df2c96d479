import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "{shared,signaling,sfu,web,scripts}/**/*.test.ts",
            "tests/{sim,golden,rules}/**/*.test.ts",
          ],
          environment: "node",
        },
      },
    ],
  },
});
