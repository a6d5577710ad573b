/** Copies `text`; false where the browser does not let us. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

const DIALOG = '[role="dialog"], [role="alertdialog"]';

/** For pages without https, which have no clipboard. */
function copyBySelection(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.style.position = "fixed";
  field.style.top = "0";
  field.style.opacity = "0";
  // A dialog that is open takes the focus back from everything outside, and with it the selection.
  (before?.closest(DIALOG) ?? document.body).append(field);
  field.focus({ preventScroll: true });
  field.select();
  const copied = document.execCommand("copy");
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  field.remove();
  return copied;
}
