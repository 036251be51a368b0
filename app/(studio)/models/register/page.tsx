import type { Metadata } from "next";
import { RegisterModel } from "#components/models/register-model";

export const metadata: Metadata = { title: "Register a model" };

interface RouteProps {
  readonly searchParams: Promise<{ readonly name?: string }>;
}

export default async function Route({ searchParams }: RouteProps) {
  return <RegisterModel name={(await searchParams).name ?? ""} />;
}
