import type { ScoringErrorName } from "#server/domain/routing/error-codes";

/** What a body is made of: a text as it is, or so many bytes with a content-length or in chunks. */
export type Body = string | { readonly bytes: number; readonly chunked?: true };

/** One ordinary call by a plain HTTP client. What is left out is `POST /endpoints/demo/score` over TLS, with the endpoint's key and a small JSON body. */
export interface Call {
  readonly over?: "https" | "http" | "h2";
  readonly method?: string;
  readonly path?: string;
  /** Null sends no key. */
  readonly key?: string | null;
  /** In the key's place. */
  readonly token?: TokenWish;
  readonly pin?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** What the model is told to do, see `EchoModel`. */
  readonly model?: string;
  readonly body?: Body | null;
  /** Sent after a chunked body. */
  readonly trailers?: Readonly<Record<string, string>>;
}

/** A signed token. What is left out is one of ours, for the endpoint `tokens`, about `caller-1`, good since now and for an hour. */
export interface TokenWish {
  /** `stranger` signs with a key of its own under our key's id; `provider` is the one that callers of `people` have, and signs by RS256. */
  readonly by?: "ours" | "provider" | "stranger";
  readonly says?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Minutes from now until it ends, and until it begins. */
  readonly ends?: number;
  readonly begins?: number;
  /** Signed by HMAC with the public key as secret, not signed at all, or cut after so many parts. */
  readonly form?: "hmac" | "unsigned" | "one part" | "two parts";
}

/** One call by gRPC's own client, over TLS. What is left out is one small message to the method `Say` at the host name of `talk`, with the endpoint's key. */
export interface GrpcCall {
  /** Of the models' service, see `GrpcModel`. */
  readonly method?: "Say" | "Count" | "Chat";
  /** In place of the method. */
  readonly path?: string;
  readonly host?: string;
  /** Null sends no key. */
  readonly key?: string | null;
  readonly pin?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** What the model is told to do, see `GrpcModel`. */
  readonly model?: string;
  readonly messages?: readonly Body[];
  readonly deadlineMs?: number;
}

/** Null: absent. */
type HeaderRules = Readonly<Record<string, string | RegExp | null>>;

export interface Answered {
  readonly status?: number;
  /** An error of ours: implies its status, its JSON body, its header and the ids. */
  readonly code?: ScoringErrorName;
  /** What stands in the error's sentence for the names in braces. */
  readonly says?: Readonly<Record<string, string>>;
  readonly headers?: HeaderRules;
  /** The whole body; a compressed one as it was before. So are the bytes. */
  readonly text?: string;
  readonly trailers?: Readonly<Record<string, string>>;
  /** Milliseconds until the answer is whole: at least, and less than. */
  readonly after?: number;
  readonly before?: number;
  /** Milliseconds between the first and the last part of the body, at least. */
  readonly spread?: number;
  /** Bytes of the answer's body. */
  readonly bytes?: number;
  /** What the model got; null when no model may have seen the request. */
  readonly model?: {
    readonly name?: string;
    readonly method?: string;
    readonly url?: string;
    readonly bytes?: number;
    readonly headers?: HeaderRules;
    readonly trailers?: Readonly<Record<string, string>>;
  } | null;
}

export interface GrpcAnswered {
  /** gRPC's number. */
  readonly status?: number;
  /** A refusal of ours: implies its status and message, the ids, and that nothing else comes. */
  readonly code?: ScoringErrorName;
  /** What the sentence of the code names in braces. */
  readonly says?: Readonly<Record<string, string>>;
  readonly details?: string;
  readonly messages?: readonly string[];
  /** Before the messages and after them. */
  readonly metadata?: HeaderRules;
  readonly trailers?: HeaderRules;
  readonly after?: number;
  readonly before?: number;
  /** Milliseconds between the first and the last message, at least. */
  readonly spread?: number;
  /** What the model got; null when no model may have seen the call. */
  readonly model?: { readonly name?: string; readonly method?: string; readonly metadata?: HeaderRules } | null;
}

/** Bytes as they are on a connection without TLS, with pauses in milliseconds between them. */
export interface Wire {
  readonly send: readonly (string | number)[];
  /** Ends our side once everything is sent. */
  readonly end?: boolean;
}

export interface WireAnswered {
  /** Statuses of all answers in order, interim ones included. */
  readonly statuses: readonly number[];
  readonly closed?: boolean;
  /** Methods and targets that models saw, in order. */
  readonly reached: readonly string[];
  readonly holds?: readonly string[];
}

interface Told {
  readonly name: string;
  /** The rule that the case shows, in words. */
  readonly rule: string;
}

export type ConformanceCase = Told &
  (
    | { readonly call: Call; readonly answer: Answered }
    | { readonly grpc: GrpcCall; readonly said: GrpcAnswered }
    /** Calls at once; outcomes are `<status>` or `<status> <code>` with how often they come. */
    | { readonly calls: readonly Call[]; readonly outcomes: Readonly<Record<string, number>>; readonly atOnce?: number }
    | { readonly wire: Wire; readonly answers: WireAnswered }
    /** A TLS handshake of that version only, and the protocols that the caller offers; null: refused. */
    | { readonly tls: { readonly version: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3"; readonly offers?: readonly string[] }; readonly agreed: string | null }
  );

export interface Area {
  readonly title: string;
  readonly cases: readonly ConformanceCase[];
}
