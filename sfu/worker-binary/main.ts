/**
 * The command that set-up runs: `node sfu/worker-binary/main.ts [--no-download]`. Progress goes to standard
 * error; the one line on standard output is the answer, an `Obtained` as JSON.
 */
import { obtainBinary } from "./obtain.ts";

const answer = await obtainBinary({
  environment: process.env,
  say: (line) => process.stderr.write(`${line}\n`),
  download: !process.argv.includes("--no-download"),
});
process.stdout.write(`${JSON.stringify(answer)}\n`);
