import type { Crumb } from "../ui/breadcrumbs";

const words: Readonly<Record<string, string>> = {
  endpoints: "Endpoints",
  models: "Models",
  environments: "Environments",
  codes: "Code",
  compute: "Compute",
  gateways: "Gateways",
  cost: "Cost",
  settings: "Settings",
  deployments: "Deployments",
  traffic: "Traffic",
  mirror: "Mirror",
  keys: "Keys",
  limits: "Limits",
  domains: "Domains",
  test: "Test",
  consume: "Consume",
  monitoring: "Monitoring",
  logs: "Logs",
  activity: "Activity",
  new: "New",
  register: "Register",
  edit: "Change",
  "sign-in": "Sign in",
};

// Places of the addresses where a segment is a name that somebody gave, even when it reads like one of our words.
const namedAt: Readonly<Record<string, readonly number[]>> = { endpoints: [1, 3], models: [1, 2], environments: [1, 2] };
const ours = new Set(["new", "register"]);

/** The way from the top to a page, read off its address; names are shown as given. */
export function crumbsOf(pathname: string): readonly Crumb[] {
  const segments = pathname.split("/").filter((segment) => segment !== "");
  const named = namedAt[segments[0] ?? ""] ?? [];
  return segments.map((segment, index) => {
    // Code is addressed by its id, which says nothing to a person; the page has its name.
    if (segments[0] === "codes" && index === 1 && !ours.has(segment)) return { text: "Source", href: pathname };
    const text = decodeURIComponent(segment);
    const given = named.includes(index) && !ours.has(segment);
    return { text: given ? text : (words[segment] ?? text), href: `/${segments.slice(0, index + 1).join("/")}` };
  });
}
