import { Boxes, CircleDollarSign, Cpu, FileCode, Package, Router, Settings, Waypoints } from "lucide-react";

/** The pages of the left navigation, with the second key of their `g` shortcut. */
export const navItems = [
  { href: "/endpoints", text: "Endpoints", key: "e", icon: Waypoints },
  { href: "/models", text: "Models", key: "m", icon: Boxes },
  { href: "/codes", text: "Code", key: "d", icon: FileCode },
  { href: "/environments", text: "Environments", key: "v", icon: Package },
  { href: "/compute", text: "Compute", key: "c", icon: Cpu },
  { href: "/gateways", text: "Gateways", key: "w", icon: Router },
  { href: "/cost", text: "Cost", key: "o", icon: CircleDollarSign },
  { href: "/settings", text: "Settings", key: "s", icon: Settings },
] as const;

export const createItems = [
  { href: "/endpoints/new", text: "New endpoint" },
  { href: "/models/register", text: "Register a model" },
  { href: "/environments/new", text: "New environment" },
] as const;
