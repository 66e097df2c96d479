import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { CHROMIUM, CHROMIUM_FLAGS } from "./tests/chromium.ts";
import { createRoom } from "./tests/contract/support/commands.ts";
import viteConfig, { isolation } from "./vite.config.ts";
import { supersonic } from "./web/vite/supersonic.ts";

/** One page of real Chromium. */
const browser = {
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({ launchOptions: { executablePath: CHROMIUM, args: CHROMIUM_FLAGS } }),
  instances: [{ browser: "chromium" as const }],
};

/** What waits for a whole minute begins first, so that the others go on beside it. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // reason: a sequencer's method of vitest, not an array's.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files);
    const waits = ({ moduleId }: TestSpecification): boolean => moduleId.includes("minute");
    return [...sorted.filter(waits), ...sorted.filter((file) => !waits(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: WaitingFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "{shared,signaling,sfu,web,scripts}/**/*.test.ts",
            "tests/{sim,golden,rules,bench}/**/*.test.ts",
            "tests/e2e/onsets.test.ts",
          ],
          exclude: ["**/*.browser.test.ts"],
          environment: "node",
          // What hangs is told; how long a busy machine takes is not judged.
          testTimeout: 60_000,
        },
      },
      {
        plugins: [supersonic(isolation)],
        server: { headers: isolation },
        optimizeDeps: {
          include: [
            "@preact/signals",
            "supersonic-scsynth/osc-channel",
            "supersonic-scsynth/osc-fast",
            "vitest > expect-type",
          ],
        },
        worker: { format: "es" },
        test: {
          name: "audio",
          include: ["web/audio/*.browser.test.ts"],
          testTimeout: 60_000,
          // Only what the machine does to a test is tried again, never what our code does.
          retry: { count: 3, condition: /the audio device lost time/ },
          fileParallelism: false,
          browser,
        },
      },
      {
        resolve: viteConfig.resolve ?? {},
        optimizeDeps: { include: ["simple-peer", "mediasoup-client", "valibot", "vitest > expect-type"] },
        test: {
          name: "contract",
          include: ["tests/contract/**/*.test.ts"],
          globalSetup: ["tests/contract/support/server.ts"],
          testTimeout: 30_000,
          fileParallelism: false,
          browser: { ...browser, commands: { createRoom } },
        },
      },
      {
        // What is seen: two files at a time, since much of it is waiting.
        test: {
          name: "e2e",
          include: ["tests/e2e/*.test.ts"],
          exclude: ["tests/e2e/onsets.test.ts", "tests/e2e/*.sound.test.ts"],
          environment: "node",
          maxWorkers: 2,
        },
      },
      {
        // What is heard: a page that shares its cores is late.
        test: {
          name: "sound",
          include: ["tests/e2e/*.sound.test.ts"],
          environment: "node",
          fileParallelism: false,
        },
      },
    ],
  },
});
