import { judgeRoutingOptions } from "#server/domain/routing-options/rules";
import {
  corsDefaults,
  corsMethods,
  pinPlaces,
  type CorsMethod,
  type CorsRules,
  type ModelErrorWay,
  type PinPlace,
  type RoutingOptions,
  type StickyKind,
} from "#server/domain/routing-options/types";

/** What stands in the fields. What belongs to a setting that is off is kept, so that switching it on again brings it back. */
export interface RoutingDraft {
  readonly stickyBy: StickyKind | "off";
  readonly stickyName: string;
  readonly setCookie: boolean;
  readonly browsers: boolean;
  /** One a line; so are the headers. */
  readonly origins: string;
  readonly methods: readonly CorsMethod[];
  readonly headers: string;
  readonly exposedHeaders: string;
  readonly maxAgeSeconds: string;
  readonly pinBy: readonly PinPlace[];
  readonly modelErrors: ModelErrorWay;
  readonly compression: boolean;
}

/** What was typed, and the settings that it was typed over. */
export interface RoutingEdit {
  readonly draft: RoutingDraft;
  readonly base: RoutingOptions;
}

const lines = (texts: readonly string[]): string => texts.join("\n");
const named = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== "");

const noOrigins: CorsRules = { ...corsDefaults, origins: [] };

export function draftOf({ sticky, cors, pinBy, modelErrors, compression }: RoutingOptions): RoutingDraft {
  const rules = cors ?? noOrigins;
  return {
    stickyBy: sticky?.by ?? "off",
    stickyName: sticky?.name ?? "",
    setCookie: sticky?.setCookie ?? false,
    browsers: cors !== null,
    origins: lines(rules.origins),
    methods: rules.methods,
    headers: lines(rules.headers),
    exposedHeaders: lines(rules.exposedHeaders),
    maxAgeSeconds: String(rules.maxAgeSeconds),
    pinBy,
    modelErrors,
    compression,
  };
}

const wholeNumber = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

/** The settings that the fields wish, as they are sent; what is no number becomes one that no range takes. */
export function wishOf(draft: RoutingDraft) {
  const { stickyBy, browsers } = draft;
  return {
    sticky: stickyBy === "off" ? null : { by: stickyBy, name: draft.stickyName, setCookie: stickyBy === "cookie" && draft.setCookie },
    cors: browsers
      ? {
          origins: named(draft.origins),
          methods: corsMethods.filter((method) => draft.methods.includes(method)),
          headers: named(draft.headers),
          exposedHeaders: named(draft.exposedHeaders),
          maxAgeSeconds: wholeNumber(draft.maxAgeSeconds),
        }
      : null,
    pinBy: pinPlaces.filter((place) => draft.pinBy.includes(place)),
    modelErrors: draft.modelErrors,
    compression: draft.compression,
  } satisfies RoutingOptions;
}

const examples: Readonly<Record<StickyKind, string>> = { header: "x-user-id", cookie: "visitor", claim: "sub" };

/** Another way to tell callers apart; a name that nobody typed follows it. */
export function withStickyBy(draft: RoutingDraft, stickyBy: RoutingDraft["stickyBy"]): RoutingDraft {
  const untouched = draft.stickyName === "" || Object.values(examples).includes(draft.stickyName);
  return { ...draft, stickyBy, stickyName: stickyBy !== "off" && untouched ? examples[stickyBy] : draft.stickyName };
}

/** Whether two drafts wish the same, however it was typed. */
export function sameWish(one: RoutingDraft, other: RoutingDraft): boolean {
  const normal = (draft: RoutingDraft): string => {
    const judged = judgeRoutingOptions(wishOf(draft));
    return JSON.stringify(judged.ok ? judged.data : draft);
  };
  return normal(one) === normal(other);
}

const fields = ["sticky.name", "cors.origins", "cors.methods", "cors.headers", "cors.exposedHeaders", "cors.maxAgeSeconds"] as const;
type RoutingField = (typeof fields)[number];
export type RoutingProblems = Partial<Record<RoutingField, string>>;

/** Some reasons are told of the field that they are read beside. */
const reason = (message: string): string => (/^(is|has) /.test(message) ? `this ${message}` : message);

/** Why fields would be refused and what to do, by the domain's own rules; of a list the first entry that is wrong. */
export function problemsOf(draft: RoutingDraft): RoutingProblems {
  const judged = judgeRoutingOptions(wishOf(draft));
  if (judged.ok) return {};
  return Object.fromEntries(
    fields.flatMap((field) => {
      const problem = judged.error.fields.find(({ path }) => path === field || path.startsWith(`${field}.`));
      return problem === undefined ? [] : [[field, `Refused: ${reason(problem.message)}. ${problem.remedy ?? ""}`.trim()]];
    }),
  );
}
