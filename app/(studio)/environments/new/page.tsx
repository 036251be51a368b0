import type { Metadata } from "next";
import { NewEnvironment } from "#components/environments/new-environment";

export const metadata: Metadata = { title: "New environment" };

interface RouteProps {
  readonly searchParams: Promise<{ readonly name?: string }>;
}

export default async function Route({ searchParams }: RouteProps) {
  return <NewEnvironment name={(await searchParams).name ?? ""} />;
}
