"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { IconButton } from "#components/ui/button";
import { Dropdown, DropdownChoice } from "#components/ui/dropdown";
import { themeCookie, type Theme } from "./theme";

const choices = [
  {
    value: "system",
    text: (
      <>
        <Monitor aria-hidden />
        System
      </>
    ),
  },
  {
    value: "light",
    text: (
      <>
        <Sun aria-hidden />
        Light
      </>
    ),
  },
  {
    value: "dark",
    text: (
      <>
        <Moon aria-hidden />
        Dark
      </>
    ),
  },
];
const icons = { system: Monitor, light: Sun, dark: Moon } as const;
const yearSeconds = 365 * 24 * 3600;

/** Chooses the theme: written to the page at once and to a cookie that the server reads for the next first paint. */
export function ThemeMenu({ initial }: { readonly initial: Theme }) {
  const [theme, setTheme] = useState<Theme>(initial);
  const Icon = icons[theme];
  const choose = (value: string) => {
    const next: Theme = value === "light" || value === "dark" ? value : "system";
    setTheme(next);
    document.documentElement.classList.remove("light", "dark");
    if (next !== "system") document.documentElement.classList.add(next);
    document.cookie = `${themeCookie}=${next}; path=/; max-age=${yearSeconds}; samesite=lax`;
  };
  return (
    <Dropdown
      trigger={
        <IconButton label="Theme">
          <Icon className="size-4" />
        </IconButton>
      }
    >
      <DropdownChoice value={theme} onChange={choose} choices={choices} />
    </Dropdown>
  );
}
