import type { ErrorBody } from "../../../api/errors.ts";

/** A request that failed, in words for the person in front of the page. */
export class RequestError extends Error {
	/** HTTP status; 0 where there was no answer. */
	readonly status: number;

	constructor(status: number, message: string) {
		super(message);
		this.name = "RequestError";
		this.status = status;
	}
}

async function send<T>(path: string, init: RequestInit, accepted: readonly number[]): Promise<T> {
	let response: Response;
	try {
		response = await fetch(path, init);
	} catch (error) {
		if (init.signal?.aborted) throw error;
		throw new RequestError(0, "The API does not answer. Check that the system runs (npm start); this page tries again by itself.");
	}
	if (response.ok || accepted.includes(response.status)) return (await response.json()) as T;
	const body = (await response.json().catch(() => null)) as ErrorBody | null;
	throw new RequestError(
		response.status,
		body?.error.message ?? `The API answered HTTP ${response.status} without a reason; its log has more.`,
	);
}

/** A path with those of the parameters that are not null. */
export function pathWith(path: string, parameters: Readonly<Record<string, string | number | null>>): string {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(parameters)) if (value !== null) query.set(name, String(value));
	return query.size === 0 ? path : `${path}?${query}`;
}

/** `GET` of a JSON resource. `accepted`: statuses beside 2xx that carry the same body. */
export function read<T>(path: string, signal?: AbortSignal, accepted: readonly number[] = []): Promise<T> {
	return send<T>(path, signal === undefined ? {} : { signal }, accepted);
}

/** `POST` of a JSON body. */
export function post<T>(path: string, body: unknown): Promise<T> {
	return send<T>(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }, []);
}
