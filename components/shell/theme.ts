export const themeCookie = "sluice-theme";
export type Theme = "system" | "light" | "dark";

/** The choice in the cookie; anything else follows the system. */
export function parseTheme(value: string | undefined): Theme {
  return value === "light" || value === "dark" ? value : "system";
}
