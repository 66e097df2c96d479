/** What is fetched late, for components that are. */
import type { LateView } from "../state/view.ts";
import { useStage } from "./stage.ts";

/** Throws in a component that is drawn before it is there: `late-over.tsx` sees to that. */
export function useLate(): LateView {
  const late = useStage().session.late.value;
  if (late === null) throw new Error("drawn before what it draws was fetched");
  return late;
}
