import { withBroadcast } from "../db/broadcasts.ts";
import { claimSubmission } from "../db/claims.ts";
import { ArbError } from "../domain/errors.ts";
import type { LifecycleActivities, Submission, SubmitDecision, SubmitFacts } from "../domain/lifecycle.ts";
import type { Plan } from "../domain/plan.ts";
import type { Relay } from "../execution/relay.ts";
import { simulateExecution } from "../execution/simulation.ts";
import type { ChainDependencies } from "./dependencies.ts";
import { currentWorkflow, runStep } from "./step.ts";

/**
 * The claim transaction, then the broadcast. Safe to run again after a crash at any instant: the claim finds its own stored bytes, and those are
 * sent only while they are still good.
 */
export function submitStep(deps: ChainDependencies): LifecycleActivities["submit"] {
	return ({ record, plan }) =>
		runStep<SubmitFacts, SubmitDecision>({
			step: "submit",
			deps,
			gather: async (signal) => {
				const { wallets } = deps;
				if (wallets === null)
					throw new ArbError({ code: "configuration", message: "this process holds no keys and cannot submit", retryable: false });
				const { workflowId } = currentWorkflow();
				deps.checkpoint("submit:begun");
				const chainNonces = Object.fromEntries(
					await Promise.all(wallets.addresses.map(async (address) => [address, await deps.client.nonceOf(address)] as const)),
				);
				const claim = await claimSubmission(
					deps.db,
					{
						workflowId,
						chainId: plan.chainId,
						fencingNumber: record.candidate.fencingNumber,
						pools: record.candidate.route.map((hop) => hop.pool),
						wallets: wallets.addresses,
						chainNonces,
						record: { ...record, workflowId },
						relay: plan.relay,
						targetBlock: plan.targetBlock,
						deadlineBlock: plan.deadlineBlock,
					},
					({ wallet, nonce }) =>
						wallets.sign(wallet, {
							chainId: plan.chainId,
							nonce,
							to: plan.executor,
							data: plan.calldata,
							value: 0n,
							gasLimit: BigInt(plan.gasLimit),
							maxFeePerGas: BigInt(plan.maxFeePerGasWei),
							maxPriorityFeePerGas: BigInt(plan.maxPriorityFeePerGasWei),
						}),
					deps.checkpoint,
				);
				if (claim.kind === "refused") return { claim, broadcast: null };
				const { submission } = claim;
				// Fresh bytes were simulated by `plan` a moment ago; found ones are only as good as a simulation on today's head says.
				const guard = claim.kind === "existing" ? await whyWithheld(deps, plan, submission) : null;
				if (guard !== null) return { claim: { kind: "claimed", submission }, broadcast: { kind: "withheld", why: guard } };
				const broadcast = await withBroadcast(deps.db, workflowId, async ({ rawTransaction }) => {
					deps.checkpoint("broadcast:begun");
					await relayOf(deps, submission).send({ rawTransaction, behind: plan.follows?.rawTransaction, ...submission }, signal);
					deps.checkpoint("broadcast:sent");
				});
				deps.checkpoint("broadcast:committed");
				return { claim: { kind: "claimed", submission }, broadcast };
			},
			decide: ({ claim }) =>
				claim.kind === "refused" ? { kind: "reject", reason: claim.reason } : { kind: "proceed", submission: claim.submission },
		});
}

/** The relay that a submission was planned for. */
export function relayOf(deps: Pick<ChainDependencies, "relays" | "chain">, submission: Pick<Submission, "relay">): Relay {
	const relay = deps.relays.get(submission.relay);
	if (relay === undefined) {
		throw new ArbError({
			code: "configuration",
			message: `chain ${deps.chain.chainId} has no ${submission.relay} relay configured`,
			retryable: false,
		});
	}
	return relay;
}

/** Why stored bytes must not be sent (again): their blocks have passed, or they would fail on the head as it is. */
export async function whyWithheld(
	deps: Pick<ChainDependencies, "client" | "chain">,
	plan: Pick<Plan, "calldata" | "deadlineBlock" | "follows">,
	submission: Submission,
): Promise<string | null> {
	const head = await deps.client.head();
	if (head.number >= plan.deadlineBlock) return `head ${head.number} has reached the deadline block ${plan.deadlineBlock}`;
	const nonce = await deps.client.nonceOf(submission.wallet);
	if (nonce !== submission.nonce) return `the wallet's nonce is ${nonce} on chain, ${submission.nonce} in the stored bytes`;
	const simulation = await simulateExecution(deps.client.anyNode, {
		after: head,
		from: submission.wallet,
		executor: deps.chain.executor,
		calldata: plan.calldata,
		behind: plan.follows?.rawTransaction,
	});
	return simulation.ok ? null : `the guard simulation failed: ${simulation.revertReason ?? "no reason given"}`;
}
