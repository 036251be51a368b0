import type { ImageBuildRow } from "#server/store/builds";
import { write, type ControlContext } from "../context";

/** Has the image of a build that succeeded made again if the host does not have it any more; whether that was so. */
export async function remakeIfGone(context: ControlContext, build: ImageBuildRow): Promise<boolean> {
  if (build.state !== "Succeeded" || build.imageRef === null || (await context.driver.findImage(build.imageRef)) !== null) return false;
  await write(context, async (session) => {
    await session.builds.remake(build.id);
    await session.changes.append("image_build", build.id);
  });
  return true;
}
