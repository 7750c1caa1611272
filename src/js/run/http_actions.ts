import { callable, object, reason, text } from '../arguments.js';
import { SagawardError } from '../errors.js';
import type { StepView } from '../saga.js';
import { ActionError, type Actions, type StepContext } from './actions.js';
import { bodyText, excerpt } from './http_body.js';

export interface HttpActionsOptions {
  /** Everything that is called lies below: `https://agents.example.com/api`. */
  baseUrl: string;
  /** Sent with every call, beside those of this package. */
  headers?: Record<string, string>;
  fetch?: typeof fetch;
  /** A longer answer is an error. Default 1 MiB. */
  maxResponseBytes?: number;
}

// The service says that it did nothing, and that it may later.
const TRY_AGAIN = new Set([408, 409, 425, 429]);

/** Calls each step's `execute_api` and `undo_api` over HTTP, below `baseUrl` only. */
export function httpActions(options: HttpActionsOptions): Actions {
  const { baseUrl, headers, fetch = globalThis.fetch, maxResponseBytes = 2 ** 20, ...unknown } = object(options, 'the options');
  for (const name of Object.keys(unknown)) throw badOption(`'${name}' is no option; there are baseUrl, headers, fetch and maxResponseBytes`);
  const base = baseOf(text(baseUrl, 'baseUrl'));
  const own = headersOf(headers);
  callable(fetch, 'fetch');
  if (!Number.isSafeInteger(maxResponseBytes) || maxResponseBytes < 1) throw badOption('maxResponseBytes must be a whole number of at least 1');

  async function call(step: StepView, action: 'execute' | 'compensate', context: StepContext): Promise<unknown> {
    const endpoint = (action === 'execute' ? step.execute_api : step.undo_api) ?? '';
    const fault = faultOf(endpoint);
    if (fault) throw new ActionError(`step '${step.step_id}': ${fault}`, { retryable: false });
    const { sagaId, sessionId, attempt, idempotencyKey, signal, results } = context;
    const { step_id, action_id, agent_did, execute_result } = step;
    const body = JSON.stringify({
      ...{ action, saga_id: sagaId, session_id: sessionId, step_id, action_id, agent_did, attempt, results },
      ...(action === 'compensate' && { execute_result }),
    });
    const sent = new Headers(own);
    sent.set('content-type', 'application/json');
    sent.set('accept', 'application/json');
    sent.set('idempotency-key', idempotencyKey);
    const url = base + endpoint.replace(/^\//, '');
    try {
      const response = await fetch(url, { method: 'POST', headers: sent, body, redirect: 'manual', signal });
      return await answer(response, endpoint, maxResponseBytes);
    } catch (cause) {
      if (cause instanceof ActionError) throw cause;
      // Whether the service has worked, nobody knows.
      throw new ActionError(`POST ${endpoint}: no whole answer came: ${detail(cause)}`, { effect: 'in_doubt', cause });
    }
  }

  return {
    execute: (step, context) => call(step, 'execute', context),
    compensate: (step, context) => call(step, 'compensate', context),
    check(steps) {
      const faults = steps.flatMap(({ step_id, execute_api, undo_api }) => {
        const apis = { execute_api, ...(undo_api && { undo_api }) };
        return Object.entries(apis).flatMap(([name, endpoint]) => {
          const fault = faultOf(endpoint);
          return fault ? [`step '${step_id}', ${name}: ${fault}`] : [];
        });
      });
      if (faults.length > 0) throw new SagawardError('bad_endpoint', `Nothing was started, for these steps cannot be called:\n  - ${faults.join('\n  - ')}`);
    },
  };
}

async function answer(response: Response, endpoint: string, maxBytes: number): Promise<unknown> {
  const { status, statusText, headers } = response;
  const said = `POST ${endpoint} answered ${status}${statusText && ` ${statusText}`}`;
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    await response.body?.cancel();
    // A 303 means that it was done, and browsers do not tell which redirect it is.
    throw new ActionError(`${said}: a redirect, which is not followed`, { retryable: false, effect: 'in_doubt' });
  }
  if (!response.ok) {
    const retryable = TRY_AGAIN.has(status) || status >= 500;
    const retryAfterMs = retryable ? waitOf(headers) : undefined;
    throw new ActionError(`${said}${await excerpt(response)}`, {
      retryable,
      effect: status >= 500 ? 'in_doubt' : 'none',
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  // The service has worked: what cannot be understood must not be asked for again blindly.
  const unusable = (why: string, cause?: unknown) => new ActionError(`${said}: ${why}`, { retryable: false, effect: 'in_doubt', cause });
  const type = headers.get('content-type') ?? 'none';
  const body = await bodyText(response, maxBytes, unusable);
  if (body === '') return null;
  if (!/^application\/([^;\s]+\+)?json\s*(;|$)/i.test(type)) throw unusable(`the content type is ${type.slice(0, 100)}, not application/json`);
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw unusable(`the body is no JSON: ${detail(cause)}`, cause);
  }
}

/** What `Retry-After` asks for: seconds, or a date by the service's own clock. */
function waitOf(headers: Headers): number | undefined {
  const asked = headers.get('retry-after')?.trim();
  if (!asked) return undefined;
  if (/^\d+$/.test(asked)) return Number(asked) * 1_000;
  const until = Date.parse(asked) - (Date.parse(headers.get('date') ?? '') || Date.now());
  return Number.isNaN(until) ? undefined : Math.max(until, 0);
}

/** What is wrong with an endpoint; nothing can lead out of the base. */
function faultOf(endpoint: string): string | undefined {
  if (endpoint === '') return 'it is missing';
  const path = endpoint.split(/[?#]/, 1)[0] as string;
  // As a service behind it may read it, which decodes what the URL does not.
  const segments = path.replace(/%2e/gi, '.').split(/\/|\\|%2f|%5c/i);
  const foreign =
    /[\\\s\p{Cc}]/u.test(endpoint) || path.startsWith('//') || /^[a-z][a-z\d+.-]*:/i.test(path) || segments.some((segment) => segment === '.' || segment === '..');
  return foreign ? `${JSON.stringify(endpoint.slice(0, 120))} is foreign: it must be a path below baseUrl, without '.', '..', '\\', blanks or an origin` : undefined;
}

/** The base, with a slash at its end: what follows can only be more of its path. */
function baseOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw badOption('baseUrl must be an absolute URL of http or https');
  if (url.username || url.password) throw badOption('baseUrl must not hold a user or password: send them in headers');
  if (url.search || url.hash) throw badOption('baseUrl must not hold a query or fragment');
  return url.href.replace(/\/*$/, '/');
}

function headersOf(given: Record<string, string> | undefined): Headers {
  try {
    return new Headers(given);
  } catch (cause) {
    throw new SagawardError('bad_option', `headers cannot be sent: ${detail(cause)}`, { cause });
  }
}

/** Why a call failed: hosts hide the reason in the cause. */
function detail(error: unknown): string {
  const cause = error instanceof Error && error.cause ? `: ${reason(error.cause)}` : '';
  return `${reason(error)}${cause}`;
}

function badOption(message: string): SagawardError {
  return new SagawardError('bad_option', message);
}
