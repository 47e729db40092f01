// Scoring requests: retries with exponential backoff, and the access key where one is required.

import { askForKey, currentKey } from "./access-key.js";

// Relative to this module: behind a base path, the page may be at a URL without a final slash.
const SCORES = new URL("../model/predict", import.meta.url);
const MAX_ATTEMPTS = 6;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 20_000;
const RETRYABLE = new Set([429, 502, 503, 504]);
const UNAUTHORIZED = new Set([401, 403]); // API Gateway answers 403

/** A request without a score; its code has a message in the translations. */
export class RequestError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * Return the server's score of one essay. Throws RequestError.
 *
 * @param {{text: string, prompt?: string, explain?: boolean}} essay
 * @param {{signal: AbortSignal, onConnectionChange?: (lost: boolean) => void}} options With
 *   `onConnectionChange`, a lost connection is retried until it is back instead of being an error.
 */
export async function requestScore(essay, { signal, onConnectionChange }) {
  let attempts = 0;
  let failures = 0; // of the connection, in a row
  for (;;) {
    const key = currentKey();
    const response = await post(essay, { key, signal });
    if (response === null) {
      if (!onConnectionChange) throw new RequestError("unreachable");
      onConnectionChange(true);
      await waitForConnection(backoff(failures++), signal);
      continue;
    }
    if (failures > 0) onConnectionChange(false);
    failures = 0;
    if (response.ok) return await readBody(response);
    if (RETRYABLE.has(response.status)) {
      await waitToRetry(response, attempts++, signal);
    } else if (UNAUTHORIZED.has(response.status)) {
      // Another request may have asked for a new key in the meantime.
      if (currentKey() === key && !(await askForKey())) throw new RequestError("unauthorised");
      signal.throwIfAborted();
    } else {
      throw new RequestError(response.status === 413 ? "too_large" : await readErrorCode(response));
    }
  }
}

/** Send one request; return null if the server cannot be reached. */
async function post(essay, { key, signal }) {
  const headers = {
    "Content-Type": "application/json",
    Prefer: "return=representation", // all fields, also where answers have the original's form
    ...(key && { "X-Api-Key": key }),
  };
  try {
    return await fetch(SCORES, {
      method: "POST",
      headers,
      body: JSON.stringify(essay),
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

async function readBody(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new RequestError("other");
  }
}

async function readErrorCode(response) {
  try {
    const body = await response.json();
    return body.error.code;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return "other";
  }
}

/** Wait before the next attempt, unless there is none left or the daily quota is used up. */
async function waitToRetry(response, attempt, signal) {
  const code = await readErrorCode(response);
  if (code === "quota_exceeded") throw new RequestError(code);
  if (attempt + 1 >= MAX_ATTEMPTS) throw new RequestError("throttled");
  await sleep(backoff(attempt, response.headers.get("Retry-After")), signal);
}

/** Return the delay in milliseconds: Retry-After if given, else exponential with jitter. */
function backoff(attempt, retryAfter) {
  const seconds = Number.parseFloat(retryAfter);
  if (seconds >= 0) return Math.min(1000 * seconds, MAX_DELAY_MS);
  const longest = Math.min(FIRST_DELAY_MS * 2 ** attempt, MAX_DELAY_MS);
  return longest * (0.5 + Math.random() / 2);
}

function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}

/** Wait until the delay is over or the browser reports that it is back online. */
async function waitForConnection(milliseconds, signal) {
  const listener = new AbortController();
  const online = new Promise((resolve) => {
    window.addEventListener("online", resolve, { once: true, signal: listener.signal });
  });
  try {
    await Promise.race([sleep(milliseconds, signal), online]);
  } finally {
    listener.abort();
  }
}
