import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { copyText } from "@/lib/clipboard";
import { toast } from "@/lib/toast";
import { t } from "@/messages/common";
import { Button, type ButtonProps } from "./ui/button";

const SHOWN_MS = 1500;

export type CopyButtonProps = Omit<ButtonProps, "onClick" | "children" | "value"> & {
  /** What is copied. A function is asked when the button is pressed. */
  value: string | (() => string);
  /** Its name for screen readers. */
  label?: string;
  /** Shows the label beside the icon. */
  withText?: boolean;
};

export function CopyButton({ value, label = t.copy, withText, ...rest }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy() {
    const done = await copyText(typeof value === "function" ? value() : value);
    setCopied(done);
    if (!done) toast.error(t.copyFailed);
  }

  const name = copied ? t.copied : label;
  const Icon = copied ? Check : Copy;
  return (
    <Button
      variant="ghost"
      size={withText ? "sm" : "icon-sm"}
      aria-label={withText ? undefined : name}
      title={withText ? undefined : name}
      onClick={copy}
      {...rest}
    >
      <Icon aria-hidden className={copied ? "text-success" : undefined} />
      {withText && name}
    </Button>
  );
}
