// @ts-check
/** `npm start`: sets up what is missing, then runs the server with the arguments given. */
import { nodeBinary, script, stay, toolEnvironment } from "./run.mjs";
import { ensureBuild, ensureDependencies, ensureWorker } from "./setup.mjs";

await script(async () => {
  const args = process.argv.slice(2);
  const env = toolEnvironment();
  await ensureDependencies();
  if (!args.includes("--help") && !args.includes("-h")) {
    if (env["SFU_WORKERS"] !== "0") env["MEDIASOUP_WORKER_BIN"] = await ensureWorker();
    await ensureBuild();
  }
  return stay([{ program: nodeBinary(), args: ["signaling/main.ts", ...args], env }]);
});
