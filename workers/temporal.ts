import { Client } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import type { Settings } from "../config/settings.ts";
import { ArbError, messageOf } from "../domain/errors.ts";

export interface TemporalLink {
	readonly connection: NativeConnection;
	/** On the worker's own connection: what it starts may start eagerly in this process. */
	readonly client: Client;
}

export async function connectTemporal(settings: Pick<Settings, "TEMPORAL_ADDRESS" | "TEMPORAL_NAMESPACE">): Promise<TemporalLink> {
	try {
		const connection = await NativeConnection.connect({ address: settings.TEMPORAL_ADDRESS });
		return { connection, client: new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE }) };
	} catch (error) {
		throw new ArbError({
			code: "unavailable",
			message: `no Temporal server at ${settings.TEMPORAL_ADDRESS} (${messageOf(error)}); \`npm start\` brings one, TEMPORAL_ADDRESS names another`,
			retryable: true,
			cause: error,
		});
	}
}
