import type { ComponentProps } from "react";
import type { ExtraProps } from "streamdown";
import { t } from "../messages";

const WEB = /^(https?:|mailto:)/i;

/** Links leave the product: in a new tab, and without telling where from. */
export function SafeLink({
  href,
  children,
  node: _node,
  ...rest
}: ComponentProps<"a"> & ExtraProps) {
  if (!href || !WEB.test(href)) return <span title={t.linkBlocked}>{children}</span>;
  return (
    <a
      {...rest}
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="text-primary underline underline-offset-2"
    >
      {children}
    </a>
  );
}

/** An image of somewhere else would tell that place who reads what, and when. */
export function SafeImage({ alt }: ComponentProps<"img"> & ExtraProps) {
  return <span className="text-muted-foreground italic">[{t.imageBlocked(alt ?? "")}]</span>;
}

export function ScrollingTable({ node: _node, ...rest }: ComponentProps<"table"> & ExtraProps) {
  return (
    <section
      aria-label={t.table}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: wide tables scroll, also by keyboard
      tabIndex={0}
      className="my-3 overflow-x-auto rounded-md border"
    >
      <table {...rest} className="w-full text-sm" />
    </section>
  );
}

/** The box of a task in a list; it tells, and cannot be ticked. */
export function Task({ node: _node, ...rest }: ComponentProps<"input"> & ExtraProps) {
  return <input {...rest} aria-label={rest.checked ? t.taskDone : t.taskOpen} className="me-1.5" />;
}
