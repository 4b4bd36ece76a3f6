import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { Contract } from "ethers";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookClaims, CLAIM_PREFIX } from "../../activities/close-epoch.ts";
import { tendWalletActivity } from "../../activities/tend-wallet.ts";
import { reconcile } from "../../cli/reconcile.ts";
import { bookEntry, entriesOf, ledgerBalances, verifyLedger } from "../../db/ledger.ts";
import { epochTree } from "../../db/rewards.ts";
import { unsettledTreasuryTransactions } from "../../db/treasury.ts";
import { devnetAccounts, type Signer } from "../../devnet/accounts.ts";
import { readArtifact } from "../../devnet/artifacts.ts";
import { credit, debit } from "../../domain/ledger.ts";
import { epochWorkflowId, walletWorkflowId } from "../../domain/workflow-ids.ts";
import { publicRelay } from "../../execution/relay.ts";
import { encodeClaim, proofOf, readClaims } from "../../execution/rewards.ts";
import { Wallets } from "../../execution/wallets.ts";
import type { EpochActorInput, PublishedEpoch, WalletActorInput, WalletStatus } from "../../workflows/messages.ts";
import { openTestSystem, type SystemProcess, type TestSystem, whileMining } from "./system.ts";

let system: TestSystem;
let chainWorker: SystemProcess;
let background: SystemProcess;
let distributor: Contract;
const epochActor = `${epochWorkflowId(31337)}-rewards-test`;
const profits: bigint[] = [];

beforeAll(async () => {
	system = await openTestSystem({ seed: 14 });
	const { devnet } = system;
	// Every wallet holds 10 ETH: with such a mark each of them counts as low.
	const chainFile = join(devnet.chainFile, "..", "chain-with-a-high-mark.json");
	writeFileSync(
		chainFile,
		JSON.stringify({ ...devnet.chain, walletLowWei: "11000000000000000000", walletTargetWei: "12500000000000000000" }),
	);
	distributor = new Contract(devnet.chain.rewardDistributor, readArtifact("distributor").abi, devnet.provider);
	[chainWorker, background] = await Promise.all([system.spawnWorker({}), system.spawn("workers/background.ts", { CHAIN_FILE: chainFile })]);
	await system.temporal.workflow.start("epoch", {
		workflowId: epochActor,
		taskQueue: system.backgroundQueue,
		args: [{ chainId: devnet.chain.chainId, epochSeconds: 86_400, last: null } satisfies EpochActorInput],
	});
	await earn();
	await earn();
});

afterAll(async () => {
	await system?.temporal.workflow.getHandle(epochActor).terminate();
	await Promise.all([chainWorker?.stop(), background?.stop()]);
	await system?.[Symbol.asyncDispose]();
});

async function earn(): Promise<void> {
	const result = await system.mineToTheEnd(await system.takeGap());
	expect(result, JSON.stringify(result)).toMatchObject({ outcome: "settled" });
	profits.push(BigInt(result.netProfitWei ?? 0));
}

async function closeEpoch(): Promise<PublishedEpoch> {
	const handle = system.temporal.workflow.getHandle(epochActor);
	const published = await whileMining(
		handle.executeUpdate<PublishedEpoch | null, [{ readonly key: string }]>("closeEpoch", { args: [{ key: "on demand" }] }),
		() => system.devnet.mine(),
	);
	if (published === null) throw new Error("nothing had accrued");
	return published;
}

function share(i: number): Signer {
	const signer = devnetAccounts().shares[i];
	if (signer === undefined) throw new Error(`the devnet has no share ${i}`);
	return signer;
}

/** Sends the claims of the shares, with their own keys and the proofs of the published tree, into one block. */
async function claim(shares: readonly number[]): Promise<void> {
	const { devnet } = system;
	const published = await epochTree(system.db, { chainId: devnet.chain.chainId });
	for (const i of shares) {
		const signer = share(i);
		const proof = proofOf(published?.tree, signer.address);
		if (proof === null) throw new Error(`share ${i} has earned nothing`);
		await signer.connect(devnet.provider).sendTransaction({
			...{ to: devnet.chain.rewardDistributor, data: encodeClaim(proof), gasLimit: 200_000n },
			...{ maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 9n },
		});
	}
	await devnet.mine(1 + devnet.chain.policy.confirmationDepth);
}

function held(i: number): Promise<bigint> {
	return system.chain.tokenBalanceOf({ token: system.devnet.chain.wrappedNative, account: share(i).address });
}

async function earned(i: number): Promise<bigint> {
	const published = await epochTree(system.db, { chainId: system.devnet.chain.chainId });
	return BigInt(proofOf(published?.tree, share(i).address)?.cumulative ?? 0);
}

async function expectEqualBooks(): Promise<void> {
	const { chain } = system.devnet;
	const compared = await reconcile(system.db, chain);
	expect(compared.length).toBeGreaterThan(chain.operators.length);
	for (const { account, asset, ledger, chain: onChain } of compared) expect(ledger, `${account} in ${asset}`).toBe(onChain);
	expect(await verifyLedger(system.db, chain.chainId)).toMatchObject({ ok: true });
	const differences = new Map<string, bigint>();
	for (const { asset, balance } of await ledgerBalances(system.db, chain.chainId)) {
		differences.set(asset, (differences.get(asset) ?? 0n) + BigInt(balance));
	}
	expect([...differences.values()].every((difference) => difference === 0n)).toBe(true);
}

describe("reward epochs", () => {
	it("publish on the distributor the root over what settled lifecycles have accrued, and fund it", async () => {
		const published = await closeEpoch();
		const total = profits.reduce((sum, profit) => sum + profit, 0n);
		expect(published).toMatchObject({ epoch: 1, totalCumulative: total.toString(), accounts: 3 });
		expect(await distributor.getFunction("root")()).toBe(published.root);
		expect(await distributor.getFunction("epoch")()).toBe(1n);
		expect(await distributor.getFunction("totalCumulative")()).toBe(total);
		const { chain } = system.devnet;
		expect(await system.chain.tokenBalanceOf({ token: chain.wrappedNative, account: chain.rewardDistributor })).toBe(total);
		for (const [i, of] of chain.shares.entries()) {
			expect((await earned(i)) * 10_000n).toBeGreaterThan(total * BigInt(of.shareBps) - 100_000n);
		}
		await expectEqualBooks();
	});

	it("are claimed on chain by a share with its own key, and the claim is booked", async () => {
		await claim([0]);
		expect(await held(0)).toBe(await earned(0));
		await bookClaims({ ...system, chain: system.devnet.chain, client: system.chain });
		await expectEqualBooks();
		const balances = await ledgerBalances(system.db, system.devnet.chain.chainId);
		const owed = balances.find(({ account }) => account === `liability:reward:${share(0).address.toLowerCase()}`);
		expect(owed?.balance).toBe("0");
	});

	it("book every claim of a block of which an earlier attempt has booked one", async () => {
		const { chain, provider } = system.devnet;
		await claim([1, 2]);
		const head = await system.chain.head();
		const [first, second] = (
			await readClaims(provider, { distributor: chain.rewardDistributor, fromBlock: head.number - 5, toBlock: head.number })
		).slice(-2);
		if (first === undefined || second === undefined) throw new Error("the claims are not on the chain");
		expect(second.blockNumber).toBe(first.blockNumber);
		await bookEntry(system.db, {
			chainId: chain.chainId,
			reference: `${CLAIM_PREFIX}${first.transactionHash}:${first.logIndex}`,
			transactionHash: first.transactionHash,
			blockNumber: first.blockNumber,
			postings: [
				debit(`liability:reward:${first.account}`, chain.wrappedNative, first.amount),
				credit("asset:distributor", chain.wrappedNative, first.amount),
			],
		});
		await bookClaims({ ...system, chain, client: system.chain });
		await bookClaims({ ...system, chain, client: system.chain });
		await expectEqualBooks();
	});

	it("go on cumulatively: a later claim pays what was earned since the first", async () => {
		await earn();
		const before = await held(0);
		const published = await closeEpoch();
		expect(published).toMatchObject({ epoch: 2, totalCumulative: profits.reduce((sum, profit) => sum + profit, 0n).toString() });
		await claim([0]);
		expect(await held(0)).toBe(await earned(0));
		expect(await held(0)).toBeGreaterThan(before);
		await bookClaims({ ...system, chain: system.devnet.chain, client: system.chain });
		await expectEqualBooks();
	});
});

describe("a wallet below its low mark", () => {
	it("is topped up by its actor to the target, and the books stay equal", async () => {
		const { chain } = system.devnet;
		const address = chain.operators[1] ?? "";
		const handle = await system.temporal.workflow.start("wallet", {
			workflowId: `${walletWorkflowId(chain.chainId, address)}-rewards-test`,
			taskQueue: system.backgroundQueue,
			args: [{ chainId: chain.chainId, address, intervalSeconds: 86_400 } satisfies WalletActorInput],
		});
		await expect
			.poll(
				async () => {
					await system.devnet.mine();
					return (await handle.query<WalletStatus>("status")).lastAction;
				},
				{ timeout: 30_000 },
			)
			.toMatch(/^topped up by \d+ wei$/);
		await handle.terminate();
		expect(await system.chain.balanceOf(address)).toBe(12_500_000_000_000_000_000n);
		await expectEqualBooks();
	});

	it("gets one top-up, which is booked, where the first attempt ended between sending and booking it", async () => {
		const { devnet, db } = system;
		const address = devnet.chain.operators[2] ?? "";
		const chain = { ...devnet.chain, walletLowWei: "11000000000000000000", walletTargetWei: "12500000000000000000" };
		const tend = tendWalletActivity({
			...{ chain, db, client: system.chain, log: pino({ level: "silent" }) },
			...{ wallets: Wallets.fromKeys(devnet.keys), relay: publicRelay(chain.rpcUrl) },
			runAgain: async () => false,
		});
		const before = await system.chain.balanceOf(address);
		const input = { chainId: chain.chainId, address };
		const referencePrefix = `top-up:${chain.chainId}:${address}:`;

		const doomed = new MockActivityEnvironment();
		const attempt = doomed.run(tend, input).then(
			() => "ended well",
			() => "ended by cancellation",
		);
		await expect
			.poll(
				async () => {
					const [stored] = await unsettledTreasuryTransactions(db, { chainId: chain.chainId, referencePrefix });
					return stored !== undefined && (await system.chain.knowsTransaction(stored.transactionHash));
				},
				{ timeout: 30_000 },
			)
			.toBe(true);
		doomed.cancel();
		expect(await attempt).toBe("ended by cancellation");
		await devnet.mine(1 + chain.policy.confirmationDepth);

		expect(await new MockActivityEnvironment().run(tend, input)).toMatchObject({ action: "nothing to do" });
		expect(await system.chain.balanceOf(address)).toBe(12_500_000_000_000_000_000n);
		expect(await unsettledTreasuryTransactions(db, { chainId: chain.chainId, referencePrefix })).toEqual([]);
		const nonce = await system.chain.nonceOf(address);
		expect(await entriesOf(db, [`${referencePrefix}${nonce}:${before}`])).toHaveLength(1);
		await expectEqualBooks();
	});
});
