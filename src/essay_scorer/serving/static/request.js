// One essay goes to the server and its answer comes back, or a Refusal with a code.

import { currentKey, askForKey } from "./key.js";

const TRIES = 6;
const FIRST_WAIT = 500; // milliseconds; each wait is about twice the one before
const LONGEST_WAIT = 20_000;
const THROTTLED = new Set([429, 502, 503, 504]);
const KEYLESS = new Set([401, 403]); // ours, and API Gateway's own

/** Why there is no score; each code has its sentence. */
export class Refusal extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * Score one essay, waiting where the server is busy and asking for a key where it wants one.
 *
 * @param {{text: string, prompt?: string, explain?: boolean}} essay
 * @param {{signal: AbortSignal, offline?: (lost: boolean) => void}} options With `offline`, a lost
 *   connection is waited out instead of being an error; it is told when that begins and ends.
 */
export async function score(essay, { signal, offline }) {
  let busy = 0;
  let lost = 0;
  for (;;) {
    const key = currentKey();
    const response = await post(essay, { key, signal });
    if (response === null) {
      if (!offline) throw new Refusal("unreachable");
      offline(true);
      await untilBack(wait(lost++), signal);
      continue;
    }
    if (lost > 0) offline(false);
    lost = 0;
    if (response.ok) return await bodyOf(response);
    if (THROTTLED.has(response.status)) {
      const code = await codeOf(response);
      if (code === "quota_exceeded") throw new Refusal(code);
      if (++busy >= TRIES) throw new Refusal("throttled");
      await pause(wait(busy - 1, response.headers.get("Retry-After")), signal);
    } else if (KEYLESS.has(response.status)) {
      if (currentKey() === key && !(await askForKey())) throw new Refusal("unauthorised");
      signal.throwIfAborted();
    } else {
      throw new Refusal(response.status === 413 ? "too_large" : await codeOf(response));
    }
  }
}

async function post(essay, { key, signal }) {
  const headers = { "Content-Type": "application/json", ...(key && { "X-Api-Key": key }) };
  try {
    return await fetch("model/predict", {
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

async function bodyOf(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("other");
  }
}

async function codeOf(response) {
  try {
    const body = await response.json();
    return body.error.code;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return "other";
  }
}

function wait(tries, asked) {
  const seconds = Number.parseFloat(asked);
  if (seconds >= 0) return Math.min(1000 * seconds, LONGEST_WAIT);
  const longest = Math.min(FIRST_WAIT * 2 ** tries, LONGEST_WAIT);
  return longest * (0.5 + Math.random() / 2); // apart, so that not all come back at once
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** Wait, but no longer than until the browser says that it has a network again. */
async function untilBack(milliseconds, signal) {
  const back = new AbortController();
  const online = new Promise((resolve) => {
    window.addEventListener("online", resolve, { once: true, signal: back.signal });
  });
  try {
    await Promise.race([pause(milliseconds, signal), online]);
  } finally {
    back.abort();
  }
}
