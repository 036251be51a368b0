import type { Crumb } from "../ui/breadcrumbs";

const words: Readonly<Record<string, string>> = {
  endpoints: "Endpoints", models: "Models", environments: "Environments", compute: "Compute", cost: "Cost", settings: "Settings",
  deployments: "Deployments", traffic: "Traffic", test: "Test", consume: "Consume", monitoring: "Monitoring", logs: "Logs", activity: "Activity",
  new: "New", register: "Register", "sign-in": "Sign in",
};

// Below these a segment is a name that somebody gave, even when it reads like one of our words.
const namedUnder = new Set(["endpoints", "deployments", "models", "environments"]);

/** The way from the top to a page, read off its address; names are shown as given. */
export function crumbsOf(pathname: string): readonly Crumb[] {
  const segments = pathname.split("/").filter((segment) => segment !== "");
  return segments.map((segment, index) => {
    const parent = segments[index - 1];
    const named = parent !== undefined && namedUnder.has(parent) && segment !== "new" && segment !== "register" && !(parent === "deployments" && index < 2);
    const text = decodeURIComponent(segment);
    return { text: named ? text : (words[segment] ?? text), href: `/${segments.slice(0, index + 1).join("/")}` };
  });
}
