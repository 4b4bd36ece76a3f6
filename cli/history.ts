import { readFileSync } from "node:fs";
import type { Client } from "@temporalio/client";
import { defaultPayloadConverter, type Payload } from "@temporalio/common";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import proto, { type temporal } from "@temporalio/proto";
import { ArbError, messageOf } from "../domain/errors.ts";
import type { RecordedSteps } from "../strategy/redecide.ts";

type History = temporal.api.history.v1.IHistory;

/** An execution's history with the identity that replay needs. */
export interface RecordedHistory {
	readonly workflowId: string;
	readonly history: History;
}

/** Reads a history as `temporal workflow show --output json` or `arb history` writes it. */
export function readHistoryFile(file: string): RecordedHistory {
	let value: unknown;
	try {
		value = JSON.parse(readFileSync(file, "utf8"));
	} catch (error) {
		throw new ArbError({
			code: "invalid_input",
			message: `${file} is not a JSON history: ${messageOf(error)}`,
			retryable: false,
			cause: error,
		});
	}
	const history: History = historyFromJSON(value);
	const workflowId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId;
	if (typeof workflowId !== "string" || workflowId === "") {
		throw new ArbError({ code: "invalid_input", message: `${file}: the first event starts no workflow`, retryable: false });
	}
	return { workflowId, history };
}

export async function fetchHistory(client: Client, workflowId: string): Promise<RecordedHistory> {
	return { workflowId, history: await client.workflow.getHandle(workflowId).fetchHistory() };
}

/** The steps with their facts and decisions, as the history's markers and results hold them. */
export function recordedSteps({ workflowId, history }: RecordedHistory): RecordedSteps {
	const events = history.events ?? [];
	const started = events[0]?.workflowExecutionStartedEventAttributes;
	const results = new Map<string, unknown>();
	const scheduled = new Map<string, string>();
	for (const event of events) {
		const marker = event.markerRecordedEventAttributes;
		if (marker?.markerName === "core_local_activity") {
			const data = marker.details?.data?.payloads?.[0];
			const result = marker.details?.result?.payloads?.[0];
			if (data && result) results.set(localActivityType(data), decode(result));
		}
		if (event.activityTaskScheduledEventAttributes) {
			scheduled.set(String(event.eventId), String(event.activityTaskScheduledEventAttributes.activityType?.name));
		}
		const completed = event.activityTaskCompletedEventAttributes;
		const result = completed?.result?.payloads?.[0];
		const type = scheduled.get(String(completed?.scheduledEventId));
		if (result && type !== undefined && !results.has(type)) results.set(type, decode(result));
	}
	const input = started?.input?.payloads?.[0];
	if (!input) throw new ArbError({ code: "invalid_input", message: `history of ${workflowId} has no input`, retryable: false });
	const of = (step: string): never => (results.get(step) ?? null) as never;
	return {
		workflowId,
		runId: started?.originalExecutionRunId ?? "",
		candidate: decode(input) as RecordedSteps["candidate"],
		discover: of("discover"),
		price: of("price"),
		detect: of("detect"),
		score: of("score"),
		plan: of("plan"),
		submit: of("submit"),
		confirm: of("confirm"),
		distribute: of("distribute"),
	};
}

function decode(payload: Payload): unknown {
	return defaultPayloadConverter.fromPayload(payload);
}

/** The core's own record about a local activity: JSON, or protobuf in older histories. */
function localActivityType(payload: Payload): string {
	const text = payload.data === null || payload.data === undefined ? "" : Buffer.from(payload.data).toString("utf8");
	if (text.startsWith("{")) {
		const parsed: unknown = JSON.parse(text);
		if (typeof parsed === "object" && parsed !== null && "activity_type" in parsed) return String(parsed.activity_type);
	}
	return proto.coresdk.external_data.LocalActivityMarkerData.decode(payload.data ?? new Uint8Array()).activityType;
}
