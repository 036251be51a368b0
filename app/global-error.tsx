"use client";

/** Stands in when even the root layout failed, so it can rely on nothing of ours. */
export default function GlobalError({ reset }: { readonly error: Error; readonly reset: () => void }) {
  return (
    <html lang="en">
      <body style={{ fontFamily: "system-ui, sans-serif", display: "grid", placeItems: "center", minHeight: "100dvh", colorScheme: "light dark" }}>
        <main style={{ textAlign: "center", padding: 16 }}>
          <title>Sluice</title>
          <h1 style={{ fontSize: 18 }}>The studio failed</h1>
          <p>The gateway and the models are not affected. The studio&apos;s log has the cause.</p>
          <button type="button" onClick={reset}>
            Try again
          </button>
        </main>
      </body>
    </html>
  );
}
