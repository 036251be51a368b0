import type { Area } from "./types";

const webSocket = "A connection becomes a WebSocket once the caller's key is checked; from then on bytes pass both ways.";
const others = "No other protocol is changed to: nothing passes the gateway that it does not read. The call is answered as an ordinary one.";
const upgrade = (protocol: string, withKey: boolean): string =>
  [
    "GET /endpoints/demo/score HTTP/1.1",
    "host: gateway",
    ...(withKey ? ["authorization: Bearer key-1"] : []),
    "connection: upgrade, http2-settings",
    `upgrade: ${protocol}`,
    "http2-settings: AAMAAABkAAQCAAAAAAIAAAAA",
    "sec-websocket-version: 13",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    "\r\n",
  ].join("\r\n");

/** Answers that come bit by bit, and connections that become something else. */
export const streamAreas: readonly Area[] = [
  {
    title: "Streams",
    cases: [
      {
        name: "Server-sent events",
        rule: "Events reach the caller when the model sends them.",
        call: { model: "events-4-150" },
        answer: { status: 200, headers: { "content-type": "text/event-stream" }, text: "data: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\n", spread: 200 },
      },
      {
        name: "Server-sent events over HTTP/2",
        rule: "Events reach the caller when the model sends them.",
        call: { model: "events-4-150", over: "h2" },
        answer: { status: 200, spread: 200 },
      },
      {
        name: "An answer in chunks",
        rule: "Parts of an answer reach the caller when the model sends them.",
        call: { model: "chunks-4-150" },
        answer: { status: 200, bytes: 4000, spread: 200 },
      },
      {
        name: "A stream longer than the request timeout",
        rule: "The request timeout is for silence: a stream that goes on is not cut.",
        call: { pin: "hasty", model: "events-6-150" },
        answer: { status: 200, spread: 600 },
      },
      {
        name: "Trailers of the model's",
        rule: "Trailers pass in both directions.",
        call: { model: "trailers" },
        answer: { status: 200, text: "with trailers", trailers: { "x-checksum": "7" } },
      },
      {
        name: "Trailers of the model's over HTTP/2",
        rule: "Trailers pass in both directions.",
        call: { model: "trailers", over: "h2" },
        answer: { status: 200, text: "with trailers", trailers: { "x-checksum": "7" } },
      },
      {
        name: "WebSocket",
        rule: webSocket,
        wire: { send: [upgrade("websocket", true), 200, "hello", 200] },
        answers: { statuses: [101], closed: false, reached: ["GET /score"], holds: ["sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "hello"] },
      },
      { name: "WebSocket without a key", rule: webSocket, wire: { send: [upgrade("websocket", false)] }, answers: { statuses: [401], reached: [] } },
      { name: "Another protocol", rule: others, wire: { send: [upgrade("echo", true)] }, answers: { statuses: [200], closed: false, reached: ["GET /score"] } },
      {
        name: "HTTP/2 without TLS",
        rule: others,
        wire: { send: [upgrade("h2c", true)] },
        answers: { statuses: [200], closed: false, reached: ["GET /score"] },
      },
      {
        name: "WebSocket and another protocol",
        rule: others,
        wire: { send: [upgrade("websocket, echo", true)] },
        answers: { statuses: [200], closed: false, reached: ["GET /score"] },
      },
      {
        name: "WebSocket and another protocol in two lines",
        rule: others,
        wire: { send: [upgrade("websocket\r\nupgrade: echo", true)] },
        answers: { statuses: [200], closed: false, reached: ["GET /score"] },
      },
      {
        name: "WebSocket and HTTP/2 without TLS",
        rule: "HTTP/2 without TLS is struck off a list of protocols.",
        wire: { send: [upgrade("h2c, websocket", true)] },
        answers: { statuses: [101], reached: ["GET /score"], holds: ["upgrade: websocket\r\n"] },
      },
    ],
  },
];
