import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { AppShell } from "#components/shell/app-shell";
import { pageContext } from "#server/api/request-context";
import { getMe } from "#server/operations/access";
import { parseTheme, themeCookie } from "../../components/shell/theme";

/** The signed-in frame. The session's row is asked here and again by everything that reads or writes. */
export default async function StudioLayout({ children }: { readonly children: ReactNode }) {
  const context = await pageContext();
  if (context === null) redirect("/sign-in");
  const theme = parseTheme((await cookies()).get(themeCookie)?.value);
  return (
    <AppShell me={await getMe(context)} theme={theme}>
      {children}
    </AppShell>
  );
}
