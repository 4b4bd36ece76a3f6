import proto from "@temporalio/proto";
import type { NativeConnection } from "@temporalio/worker";
import Long from "long";
import { SEARCH_ATTRIBUTES } from "../workflows/messages.ts";

/** Histories stay this long in Temporal. */
const RETENTION_SECONDS = 7 * 24 * 60 * 60;

/** Registers the search attributes that are missing and sets the retention. May run again. */
export async function prepareNamespace(connection: NativeConnection, namespace: string): Promise<void> {
	const types = proto.temporal.api.enums.v1.IndexedValueType;
	const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
	const missing = Object.values(SEARCH_ATTRIBUTES).filter((attribute) => !(attribute.name in customAttributes));
	if (missing.length > 0) {
		await connection.operatorService.addSearchAttributes({
			namespace,
			searchAttributes: Object.fromEntries(missing.map(({ name, type }) => [name, types[`INDEXED_VALUE_TYPE_${type}`]])),
		});
	}
	await connection.workflowService.updateNamespace({
		namespace,
		config: { workflowExecutionRetentionTtl: { seconds: Long.fromNumber(RETENTION_SECONDS) } },
	});
}
