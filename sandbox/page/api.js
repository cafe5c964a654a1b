// Calls to the sandbox's own controls. Every failure is an Error with the server's own words.

export async function call(method, path, body) {
  const response = await fetch("/sandbox" + path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || `the sandbox answered ${response.status}`);
  return answer;
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);
export const at = (number) => `/phones/${encodeURIComponent(number)}`;

export const inside = (what, number, more = "") => get(`/service/${what}?phone=${encodeURIComponent(number)}${more}`);

// Moves the service's time and the sandbox's: {advance_s} or {past}.
export const travel = (how) => post("/service/clock", how);

export function toBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",", 2)[1] || "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

// What happens from now on, in order, forever; a server that went away is asked again after a second.
export async function* events(after, onTrouble) {
  for (;;) {
    let answer;
    try {
      answer = await get(`/events?after=${after}`);
      onTrouble("");
    } catch (problem) {
      onTrouble(`No connection to the sandbox (${problem.message})`);
      await pause(1000);
      continue;
    }
    if (answer.next < after) yield { kind: "reset" }; // it was started anew and counts from 0 again
    after = answer.next;
    yield* answer.events;
    await pause(40); // gathers a burst into one answer
  }
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
