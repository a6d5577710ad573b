import type { UseFormRegisterReturn } from "react-hook-form";
import { t } from "./messages";
import { ROLES } from "./new-key";

/** The four roles, each with what it may do. */
export function RoleChoice({ field }: { field: UseFormRegisterReturn }) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="pb-1.5 font-medium text-sm leading-none">{t.form.role}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {ROLES.map((role) => (
          <label
            className="flex cursor-pointer items-start gap-2 rounded-md border p-2.5 has-checked:border-primary has-checked:bg-accent"
            key={role}
          >
            <input
              {...field}
              className="mt-0.5 size-4 shrink-0 accent-primary"
              type="radio"
              value={role}
            />
            <span className="text-sm">
              <span className="font-medium">{role}</span>
              <span className="block text-muted-foreground text-xs">{t.roles[role]}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
