import { setTimeout as delay } from "node:timers/promises";
import { Scorer, type Answer } from "../../../playwright/fixtures/scorer";
import type { LoadCommand, LoadOrder, LoadResult, Sample } from "./protocol";

// A process of its own, so that what a bench does meanwhile does not delay requests. Open loop: requests leave when they are due.

function sampleOf(dueAt: number, answer: Answer): Sample {
  const good = answer.status >= 200 && answer.status < 300;
  return {
    dueAt,
    latencyMs: answer.startedAt - dueAt + answer.latencyMs,
    status: answer.status,
    code: good ? "" : (answer.error ?? answer.headers["x-ms-error-code"] ?? answer.headers["ms-azureml-model-error-reason"] ?? ""),
    deployment: answer.deployment ?? "",
    instance: answer.headers["x-instance"] ?? "",
    retryAfter: answer.headers["retry-after"] ?? "",
  };
}

class Pump {
  private readonly samples: Sample[] = [];
  private readonly open = new Set<Promise<unknown>>();
  private readonly scorer: Scorer;
  private stopped = false;
  private readonly running: Promise<void>;

  constructor(private readonly order: LoadOrder) {
    this.scorer = new Scorer(order.target);
    this.running = this.run();
  }

  private async run(): Promise<void> {
    const startedAt = Date.now();
    for (let sent = 0; !this.stopped;) {
      while (startedAt + (sent * 1000) / this.order.perSecond <= Date.now()) {
        this.send(startedAt + (sent * 1000) / this.order.perSecond);
        sent += 1;
      }
      await delay(2);
    }
  }

  private send(dueAt: number): void {
    const flight: Promise<unknown> = this.scorer.score({ timeoutMs: this.order.timeoutMs }).then((answer) => {
      this.samples.push(sampleOf(dueAt, answer));
      this.open.delete(flight);
    });
    this.open.add(flight);
  }

  async stop(): Promise<readonly Sample[]> {
    this.stopped = true;
    await this.running;
    await Promise.all(this.open);
    this.scorer.close();
    return this.samples;
  }
}

const pumps = new Map<number, Pump>();

process.on("message", (command: LoadCommand) => {
  if (command.kind === "start") {
    pumps.set(command.id, new Pump(command.order));
    return;
  }
  const pump = pumps.get(command.id);
  pumps.delete(command.id);
  void pump?.stop().then((samples) => process.send?.({ id: command.id, samples } satisfies LoadResult));
});
process.on("disconnect", () => process.exit(0));
