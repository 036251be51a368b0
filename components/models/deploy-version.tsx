"use client";
import { Rocket } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import type { ModelVersionDto } from "#server/contract/asset";
import { useEndpoints } from "../queries/use-endpoints";

function Endpoints({ model }: { readonly model: ModelVersionDto }) {
  const { data } = useEndpoints();
  if (data === undefined) return <p className="text-muted">Reading the endpoints…</p>;
  const reference = encodeURIComponent(`${model.name}:${String(model.version)}`);
  return (
    <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line">
      {data.items.map((endpoint) => (
        <li key={endpoint.id}>
          <Link className="block px-3 py-2 hover:bg-hover" href={`/endpoints/${endpoint.name}/deployments/new?model=${reference}`}>
            {endpoint.name}
          </Link>
        </li>
      ))}
      {data.items.length === 0 ? (
        <li className="px-3 py-2 text-muted">
          There is no endpoint yet.{" "}
          <Link className="text-accent hover:underline" href="/endpoints/new">
            Make one
          </Link>{" "}
          and deploy from there.
        </li>
      ) : null}
    </ul>
  );
}

/** Starts the deployment wizard with this version, under an endpoint that is asked for. */
export function DeployVersion({ model }: { readonly model: ModelVersionDto }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" variant="primary" onClick={() => setOpen(true)}>
        <Rocket aria-hidden />
        Deploy
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={`Deploy ${model.name}:${String(model.version)}`} description="Under which endpoint?">
        {open ? <Endpoints model={model} /> : null}
      </Dialog>
    </>
  );
}
