import { defineChunkRoute } from "#server/api/define-chunk-route";
import { putChunk } from "#server/operations/uploads";

export const PUT = defineChunkRoute(putChunk);
