import { runningProduct, startProduct, stopProduct } from "../playwright/fixtures/product-process";
import { World } from "../playwright/fixtures/world";

/** Runs a bench on the tests' product, which is started when it does not run and then ended again. */
export async function withProduct(bench: (world: World) => Promise<void>): Promise<void> {
  const present = runningProduct();
  const world = await World.open(present ?? (await startProduct()));
  try {
    await bench(world);
  } finally {
    await world.close();
    if (present === null) await stopProduct();
  }
}

/** Prints rows under a head, each column as wide as its widest cell. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of [head, ...rows]) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
}
