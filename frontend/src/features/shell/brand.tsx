import { Link } from "@tanstack/react-router";
import { t } from "@/messages/common";

export function Brand() {
  return (
    <Link to="/chat" className="flex items-center gap-2.5 rounded-md font-semibold tracking-tight">
      <img src="/favicon.svg" alt="" className="size-6" />
      {t.product}
    </Link>
  );
}
