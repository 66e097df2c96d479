/** `npm run bench -- crash`: the server killed right after an acknowledgement, and the log of a room cut everywhere. */
import { seededRandom } from "#shared/lib/random.ts";
import type { RunOptions } from "../benchmark.ts";
import { atMost, type Outcome, rowOf } from "../report.ts";
import { cutEverywhere } from "./cuts.ts";
import { killAgainAndAgain } from "./kills.ts";

const KILLS = 200;
const COMMITS = 100;

export async function runCrash({ quick, say }: RunOptions): Promise<Outcome> {
  const share = quick ? 0.1 : 1;
  const killed = await killAgainAndAgain(KILLS * share, seededRandom(4), say);
  say("cutting the log of a room");
  const cut = await cutEverywhere(COMMITS * share);
  const ofKills = rowOf("kill -9 after an acknowledgement", "tutti");
  const ofCuts = rowOf("log cut at every 64th byte", "tutti");
  return {
    rows: [
      ofKills("kills", killed.kills, ""),
      ofKills("edits sent", killed.edits, ""),
      ofKills("edits acknowledged", killed.acknowledged, ""),
      ofKills("acknowledged and lost", killed.lost, ""),
      ofCuts("cuts", cut.cuts, ""),
      ofCuts("rooms that did not open", cut.unopened, ""),
      ofCuts("acknowledged and lost", cut.lost, ""),
      ofCuts("commits in part", cut.torn, ""),
    ],
    bars: [
      atMost("acknowledged edits lost by kills", killed.lost, 0),
      atMost("acknowledged edits lost by cuts", cut.lost, 0),
      atMost("rooms that did not open", cut.unopened, 0),
    ],
  };
}
