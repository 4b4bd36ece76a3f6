import { AbiCoder, getCreateAddress } from "ethers";
import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";
import { type DevnetAccounts, devnetAccounts, type Signer } from "./accounts.ts";
import { type ArtifactName, readArtifact } from "./artifacts.ts";
import type { Deploying } from "./families/dex.ts";
import { hexQuantity, type Rpc, RpcError } from "./rpc.ts";

/** Fixed, so that a deployment is the same whatever the chain's base fee does. */
const FEE_WEI = 20_000_000_000n;
/** Algebra V1's pools, published without the optimiser, take 20 million. */
const GAS = 30_000_000n;
/** A stage fits into one block. */
const STAGE_GAS_LIMIT = 8_000_000_000n;

/** The node keeps the order of a batch's calls up to some 120 of them; beyond that, transactions of two accounts change places. */
const BATCH = 64;

interface Transaction {
	readonly what: string;
	readonly request: Readonly<Record<string, string>>;
}

/**
 * Collects the transactions of a stage, then has them mined in one block. The node sends them as its own accounts': to sign megabytes of code took
 * longer than all the rest of a deployment.
 */
export class ChainWriter implements Deploying {
	readonly accounts: DevnetAccounts = devnetAccounts();
	readonly #rpc: Rpc;
	readonly #nonces = new Map<string, number>();
	#stage: Transaction[] = [];

	/** For a fresh chain: every account's first nonce is 0. */
	constructor(rpc: Rpc) {
		this.#rpc = rpc;
	}

	create(name: ArtifactName, values: readonly unknown[] = []): Promise<string> {
		const { abi, bytecode } = readArtifact(name);
		const words = AbiCoder.defaultAbiCoder().encode(abi.deploy.inputs, values);
		return this.createCode({ what: name, code: `${bytecode}${words.slice(2)}` });
	}

	async createCode(of: { readonly what: string; readonly code: string }): Promise<string> {
		const address = this.nextAddress(0);
		this.#add(this.accounts.deployer, { what: `creation of ${of.what}`, data: of.code });
		return address;
	}

	nextAddress(skipped: number): string {
		const from = this.accounts.deployer.address;
		return getCreateAddress({ from, nonce: (this.#nonces.get(from) ?? 0) + skipped }).toLowerCase();
	}

	async call(from: Signer, to: string, data: string, value = 0n): Promise<void> {
		this.#add(from, { what: `call of ${data.slice(0, 10)} at ${to}`, to, data, value });
	}

	async read(to: string, data: string): Promise<string> {
		return z.string().parse(await this.#rpc.call("eth_call", { to, data }, "latest"));
	}

	#add(from: Signer, tx: { readonly what: string; readonly to?: string; readonly data: string; readonly value?: bigint }): void {
		const nonce = this.#nonces.get(from.address) ?? 0;
		this.#nonces.set(from.address, nonce + 1);
		this.#stage.push({
			what: tx.what,
			request: {
				...{ from: from.address, nonce: hexQuantity(nonce), gas: hexQuantity(GAS), data: tx.data, value: hexQuantity(tx.value ?? 0n) },
				...{ maxFeePerGas: hexQuantity(FEE_WEI), maxPriorityFeePerGas: "0x0" },
				...(tx.to === undefined ? {} : { to: tx.to }),
			},
		});
	}

	/**
	 * Ends a stage: one block with all of its transactions, in their order.
	 *
	 * @throws ArbError `chain` that names the first transaction that failed
	 */
	async settle(): Promise<void> {
		const rpc = this.#rpc;
		const limit = z.object({ gasLimit: z.string() }).parse(await rpc.call("eth_getBlockByNumber", "latest", false)).gasLimit;
		await rpc.call("anvil_autoImpersonateAccount", true);
		await rpc.call("evm_setBlockGasLimit", hexQuantity(STAGE_GAS_LIMIT));
		const sent: unknown[] = [];
		for (let from = 0; from < this.#stage.length; from += BATCH) {
			const part = this.#stage.slice(from, from + BATCH).map(({ request }) => [request]);
			sent.push(...(await rpc.batch("eth_sendTransaction", part)));
		}
		await rpc.call("evm_mine");
		await rpc.call("evm_setBlockGasLimit", limit);
		await rpc.call("anvil_autoImpersonateAccount", false);
		const receipts = receiptsSchema.parse(await rpc.call("eth_getBlockReceipts", "latest"));
		for (const [i, { what, request }] of this.#stage.entries()) {
			const receipt = receipts[i];
			if (receipt?.transactionHash === sent[i] && receipt?.status === "0x1") continue;
			const happened = receipt?.transactionHash === sent[i] ? `reverted (${await this.#reason(request)})` : "was not mined in its turn";
			throw new ArbError({ code: "chain", message: `the devnet's deployment failed: ${what} ${happened}`, retryable: false });
		}
		this.#stage = [];
	}

	/** The node's words when it is asked for the same at the head. */
	async #reason({ from, to, data, value }: Transaction["request"]): Promise<string> {
		try {
			await this.#rpc.call("eth_call", { from, to, data, value }, "latest");
			return "not any more at the head";
		} catch (error) {
			if (!(error instanceof RpcError)) throw error;
			return messageOf(error);
		}
	}
}

const receiptsSchema = z.array(z.object({ transactionHash: z.string(), status: z.string() }));
