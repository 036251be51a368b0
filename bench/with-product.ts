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
