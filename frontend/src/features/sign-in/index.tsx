import { useNavigate, useSearch } from "@tanstack/react-router";
import { CommandLine } from "@/components/command-line";
import { Card, CardContent } from "@/components/ui/card";
import { useSessionEnd } from "@/lib/session";
import { t as common } from "@/messages/common";
import { t } from "./messages";
import { localPath } from "./next-page";
import { SignInForm } from "./sign-in-form";

export function SignInPage() {
  const navigate = useNavigate();
  const { next } = useSearch({ from: "/sign-in" });
  const end = useSessionEnd();
  return (
    <main className="mx-auto flex min-h-full w-full max-w-md flex-col justify-center gap-5 p-4">
      <title>{`${t.title} · ${common.product}`}</title>
      <div className="flex items-center gap-3">
        <img src="/favicon.svg" alt="" className="size-10" />
        <div>
          <h1 className="font-semibold text-xl tracking-tight">{common.product}</h1>
          <p className="text-muted-foreground">{t.intro}</p>
        </div>
      </div>
      {end && <p role="status">{t.ended(end)}</p>}
      <Card>
        <CardContent>
          <SignInForm onDone={() => navigate({ href: localPath(next), replace: true })} />
        </CardContent>
      </Card>
      <details className="text-sm">
        <summary className="w-fit cursor-pointer rounded-sm text-muted-foreground hover:text-foreground">
          {t.whereTitle}
        </summary>
        <div className="flex flex-col gap-2 pt-3">
          <p>{t.whereLocal}</p>
          <CommandLine command={t.localCommand} />
          <p>{t.whereCompose}</p>
          <CommandLine command={t.composeCommand} />
          <p>{t.whereCluster}</p>
          <CommandLine command={t.clusterCommand} />
          <p>{t.whereOthers}</p>
        </div>
      </details>
    </main>
  );
}
