import { permissionClaims } from "#server/domain/token/types";
import { z } from "zod";
import { timestampSchema } from "./common";

/** No white space or control characters: it is compared to the letter. */
const exact = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\x21-\x7e]+$/, "Printable characters without spaces.");
const permissionSchema = z.object({ claim: z.enum(permissionClaims), value: exact(256) });

export const callerProviderInputSchema = z.object({
  /** Null takes the provider away. */
  provider: z
    .object({
      issuer: exact(512).regex(/^https?:\/\/[^/?#]+[^?#]*$/, "An http or https address without query and fragment."),
      audience: exact(512),
      permission: permissionSchema.nullable(),
    })
    .nullable(),
});

export const callerProviderSchema = z.object({
  provider: z
    .object({
      issuer: z.string(),
      audience: z.string(),
      permission: permissionSchema.nullable(),
      /** Ids of the keys that gateways know. */
      keys: z.array(z.string()),
      readAt: timestampSchema.nullable(),
      /** Why the keys could not be read the last time. */
      failure: z.string().nullable(),
    })
    .nullable(),
});
export type CallerProviderDto = z.infer<typeof callerProviderSchema>;
