/** A button that opens a sheet. */
import type { ComponentProps } from "preact";
import { type Sheet, useStage } from "./stage.ts";

type SheetButtonProps = Omit<ComponentProps<"button">, "type" | "onClick"> & {
  readonly sheet: Exclude<Sheet, null>;
};

export function SheetButton({ sheet, ...button }: SheetButtonProps) {
  const stage = useStage();
  return (
    <button
      {...button}
      type="button"
      aria-haspopup="dialog"
      onClick={() => {
        stage.sheet.value = sheet;
      }}
    />
  );
}
