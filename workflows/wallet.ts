import { condition, continueAsNew, proxyActivities, setCurrentDetails, setHandler, workflowInfo } from "@temporalio/workflow";
import { type ActorActivities, tendNowSignal, type WalletActorInput, type WalletStatus, walletStatusQuery } from "./messages.ts";
import { NON_RETRYABLE_ERRORS } from "./retries.ts";

const { tendWallet } = proxyActivities<ActorActivities>({
	startToCloseTimeout: "2m",
	heartbeatTimeout: "30s",
	retry: { initialInterval: "1s", maximumInterval: "30s", nonRetryableErrorTypes: NON_RETRYABLE_ERRORS },
});

/** The actor of one signing wallet: watches its balance, tops it up from the treasury, heals its nonce. */
export async function wallet(input: WalletActorInput): Promise<void> {
	let status: WalletStatus = { address: input.address, balanceWei: null, nonce: null, lastAction: null };
	let isAsked = false;
	setHandler(walletStatusQuery, () => status);
	setHandler(tendNowSignal, () => {
		isAsked = true;
	});
	while (!workflowInfo().continueAsNewSuggested) {
		isAsked = false;
		const tended = await tendWallet({ chainId: input.chainId, address: input.address });
		status = { address: input.address, balanceWei: tended.balanceWei, nonce: tended.nonce, lastAction: tended.action };
		setCurrentDetails(`${tended.action} · balance ${tended.balanceWei} wei · nonce ${tended.nonce}`);
		await condition(() => isAsked, input.intervalSeconds * 1000);
	}
	await continueAsNew<typeof wallet>(input);
}
