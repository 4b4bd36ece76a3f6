import { eq, sql } from "drizzle-orm";
import { ArbError } from "../domain/errors.ts";
import type { Submission } from "../domain/lifecycle.ts";
import { type Database, inTransaction } from "./connection.ts";
import { haltReason, holdControl } from "./control.ts";
import { submissions } from "./schema.ts";
import { holdSubmission, readSubmission } from "./submissions.ts";
import { holdFencingNumber } from "./watchers.ts";

/** What happened to the stored bytes. */
export type Broadcast =
	| { readonly kind: "accepted"; readonly atMs: number }
	| { readonly kind: "already-broadcast" }
	| { readonly kind: "withheld"; readonly why: string };

/**
 * Sends a submission's stored bytes while holding the control row shared and the submission's row: a kill switch engaged meanwhile returns after
 * `send`, and two attempts of one lifecycle do not send at once. A crash between `send` and the commit leaves `claimed`: the next attempt sends the
 * same bytes again. `send` must end within seconds; what it throws is passed on, and the submission stays `claimed`.
 *
 * @throws ArbError `not_found` where the lifecycle never claimed, and whatever `send` throws.
 */
export async function withBroadcast(
	db: Database,
	workflowId: string,
	send: (stored: { readonly rawTransaction: string; readonly submission: Submission }) => Promise<void>,
): Promise<Broadcast> {
	return await inTransaction(db, async (tx): Promise<Broadcast> => {
		const known = await readSubmission(tx, workflowId);
		if (known === null) {
			throw new ArbError({ code: "not_found", message: `lifecycle ${workflowId} has no submission; claim first`, retryable: false });
		}
		const { chainId } = known.submission;
		const control = await holdControl(tx, chainId);
		const fencingNumber = await holdFencingNumber(tx, chainId);
		const stored = (await holdSubmission(tx, workflowId)) ?? known;

		if (stored.resolvedAt !== null) return { kind: "withheld", why: `the submission is ${stored.status}` };
		if (stored.status !== "claimed") return { kind: "already-broadcast" };
		if (stored.cancellation !== null)
			return { kind: "withheld", why: `its nonce is being cancelled by ${stored.cancellation.transactionHash}` };
		const halted = haltReason(control);
		if (halted !== null) return { kind: "withheld", why: halted };
		if (fencingNumber !== stored.fencingNumber) {
			return { kind: "withheld", why: `watcher ${stored.fencingNumber} was followed by ${fencingNumber}` };
		}

		await send({ rawTransaction: stored.rawTransaction, submission: stored.submission });
		const atMs = Date.now();
		await tx
			.update(submissions)
			.set({ status: "broadcast", broadcastAt: sql`clock_timestamp()` })
			.where(eq(submissions.workflowId, workflowId));
		return { kind: "accepted", atMs };
	});
}
