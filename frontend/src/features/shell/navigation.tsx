import { Link } from "@tanstack/react-router";
import { allows, useCaller } from "@/lib/session";
import { t } from "./messages";
import { MENU } from "./pages";

const LINK =
  "flex h-8 items-center gap-2.5 rounded-md px-2.5 font-medium text-muted-foreground hover:bg-accent hover:text-accent-foreground [&_svg]:size-4";
const ACTIVE = "bg-accent text-accent-foreground";

/** The links of the sidebar. `onFollow` is called after one was chosen. */
export function Navigation({ onFollow }: { onFollow?: () => void }) {
  const { role } = useCaller();
  const groups = MENU.map((group) => ({
    ...group,
    pages: group.pages.filter((page) => allows(role, page.role)),
  })).filter((group) => group.pages.length > 0);
  return (
    <nav aria-label={t.navigation} className="flex flex-col gap-5 p-3">
      {groups.map((group) => (
        <div key={group.label}>
          <p className="px-2.5 pb-1.5 font-medium text-muted-foreground text-xs">{group.label}</p>
          <ul className="flex flex-col gap-0.5">
            {group.pages.map(({ to, label, icon: Icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  className={LINK}
                  activeProps={{ className: ACTIVE }}
                  onClick={onFollow}
                >
                  <Icon aria-hidden />
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
