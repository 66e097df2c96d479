/** The command: reads the settings, starts the service, says where it is, and ends it when asked to. */
import { renderUnicodeCompact } from "uqr";
import { startTutti } from "./compose.ts";
import { readConfig, usage } from "./config.ts";
import { createLog } from "./log.ts";

/** After this the process ends whatever still hangs, ms. */
const END_MS = 4_500;

const argv = process.argv.slice(2);
if (argv.includes("--help") || argv.includes("-h")) {
  console.log(await usage());
  process.exit(0);
}

const read = readConfig(argv, process.env);
if (!read.ok) {
  console.error(read.error);
  process.exit(2);
}

const config = read.value;
const log = createLog({ level: config.logLevel, isTerminal: process.stdout.isTTY });

try {
  const tutti = await startTutti(config, log);
  const [shared = tutti.url] = tutti.lanUrls;
  console.log(`\n  Tutti is at ${config.publicUrl ?? shared}\n`);
  for (const url of tutti.lanUrls.slice(1)) console.log(`           or ${url}`);
  if (config.lan) {
    console.log(renderUnicodeCompact(shared));
    console.log(`\n  A phone trusts it once ${shared}/ca has been followed.\n`);
  }
  let ending = false;
  /** Saves what there is even after a mistake of ours; a second call changes nothing. */
  const end = (code: number) => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), END_MS).unref();
    tutti.close().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ err: error }, "not ended cleanly");
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      log.info({ signal }, "ending");
      end(0);
    });
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "ending after a mistake of ours");
    end(1);
  });
} catch (error) {
  console.error((error as Error).message);
  log.debug({ err: error }, "not started");
  process.exit(1);
}
