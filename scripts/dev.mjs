// @ts-check
/**
 * `npm run dev`: Vite with hot reload at PORT, and behind it the server, which starts anew when one of its
 * files changes. Arguments go to the server.
 */
import { join } from "node:path";
import { nodeBinary, ROOT, say, script, stay, toolEnvironment } from "./run.mjs";
import { ensureDependencies, ensureWorker } from "./setup.mjs";

/** The server's port above Vite's; the SFU's ports follow it. */
const BEHIND = 10;

await script(async () => {
  await ensureDependencies();
  const env = toolEnvironment();
  if (env["SFU_WORKERS"] !== "0") env["MEDIASOUP_WORKER_BIN"] = await ensureWorker();
  const host = env["HOST"] ?? "127.0.0.1";
  const port = Number(env["PORT"] ?? 7700);
  const serverPort = port + BEHIND;

  // Imported here: it is one of the dependencies that may just have been installed.
  const { createServer } = await import("vite");
  const target = `http://${host}:${serverPort}`;
  const vite = await createServer({
    configFile: join(ROOT, "vite.config.ts"),
    server: {
      host,
      port,
      strictPort: true,
      proxy: { "/api": { target }, "/ws": { target: target.replace("http", "ws"), ws: true } },
    },
  });
  await vite.listen();
  say(`\n  Tutti, with hot reload, is at http://${host}:${port}\n`);
  try {
    return await stay([
      {
        program: nodeBinary(),
        args: ["--watch", "--watch-preserve-output", "signaling/main.ts", ...process.argv.slice(2)],
        env: { ...env, PORT: String(serverPort), PUBLIC_URL: env["PUBLIC_URL"] ?? `http://${host}:${port}` },
      },
    ]);
  } finally {
    await vite.close();
  }
});
