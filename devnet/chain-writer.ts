import { AbiCoder, concat, getCreateAddress } from "ethers";
import { z } from "zod";
import { ArbError } from "../domain/errors.ts";
import { type DevnetAccounts, devnetAccounts, type Signer } from "./accounts.ts";
import { type ArtifactName, readArtifact } from "./artifacts.ts";
import type { Deploying } from "./families/dex.ts";
import { hexQuantity, type Rpc, smallQuantity } from "./rpc.ts";

/** Fixed, so that a deployment is the same whatever the chain's base fee does. */
const FEE_WEI = 20_000_000_000n;
const CREATION_GAS = 16_000_000n;
const CALL_GAS = 8_000_000n;
/** A stage fits into one block. */
const STAGE_GAS_LIMIT = 4_000_000_000n;

/** Signs and sends in order, and mines what was sent. */
export class ChainWriter implements Deploying {
	readonly accounts: DevnetAccounts = devnetAccounts();
	readonly #rpc: Rpc;
	readonly #chainId: number;
	readonly #nonces = new Map<string, number>();
	#sent: { readonly hash: string; readonly what: string }[] = [];

	/** For a fresh chain: every account's first nonce is 0. */
	private constructor(rpc: Rpc, chainId: number) {
		this.#rpc = rpc;
		this.#chainId = chainId;
	}

	static async open(rpc: Rpc): Promise<ChainWriter> {
		return new ChainWriter(rpc, smallQuantity.parse(await rpc.call("eth_chainId")));
	}

	create(name: ArtifactName, values: readonly unknown[] = []): Promise<string> {
		const { abi, bytecode } = readArtifact(name);
		return this.createCode({ what: name, code: concat([bytecode, AbiCoder.defaultAbiCoder().encode(abi.deploy.inputs, values)]) });
	}

	async createCode(of: { readonly what: string; readonly code: string }): Promise<string> {
		const from = this.accounts.deployer;
		const nonce = await this.#send(from, { data: of.code, gasLimit: CREATION_GAS, what: `creation of ${of.what}` });
		return getCreateAddress({ from: from.address, nonce }).toLowerCase();
	}

	nextAddress(skipped: number): string {
		const from = this.accounts.deployer.address;
		return getCreateAddress({ from, nonce: (this.#nonces.get(from) ?? 0) + skipped }).toLowerCase();
	}

	async call(from: Signer, to: string, data: string, value = 0n): Promise<void> {
		await this.#send(from, { to, data, value, gasLimit: CALL_GAS, what: `call of ${data.slice(0, 10)} at ${to}` });
	}

	async read(to: string, data: string): Promise<string> {
		return z.string().parse(await this.#rpc.call("eth_call", { to, data }, "latest"));
	}

	async #send(
		from: Signer,
		tx: { readonly to?: string; readonly data: string; readonly value?: bigint; readonly gasLimit: bigint; readonly what: string },
	): Promise<number> {
		const nonce = this.#nonces.get(from.address) ?? 0;
		this.#nonces.set(from.address, nonce + 1);
		const raw = await from.signTransaction({
			...{ chainId: this.#chainId, type: 2, nonce, gasLimit: tx.gasLimit, data: tx.data, value: tx.value ?? 0n },
			...{ maxFeePerGas: FEE_WEI, maxPriorityFeePerGas: 0n },
			...(tx.to === undefined ? {} : { to: tx.to }),
		});
		this.#sent.push({ hash: z.string().parse(await this.#rpc.call("eth_sendRawTransaction", raw)), what: tx.what });
		return nonce;
	}

	/**
	 * Ends a stage: one block with all that was sent.
	 *
	 * @throws ArbError `chain` that names a transaction that failed
	 */
	async settle(): Promise<void> {
		const limit = z.object({ gasLimit: z.string() }).parse(await this.#rpc.call("eth_getBlockByNumber", "latest", false)).gasLimit;
		await this.#rpc.call("evm_setBlockGasLimit", hexQuantity(STAGE_GAS_LIMIT));
		await this.#rpc.call("evm_mine");
		await this.#rpc.call("evm_setBlockGasLimit", limit);
		const receipts = await Promise.all(this.#sent.map(({ hash }) => this.#rpc.call("eth_getTransactionReceipt", hash)));
		for (const [i, { hash, what }] of this.#sent.entries()) {
			const receipt = receiptSchema.parse(receipts[i]);
			if (receipt?.status === "0x1") continue;
			const happened = receipt === null ? "was not mined" : "reverted";
			throw new ArbError({ code: "chain", message: `the devnet's deployment failed: ${what} (${hash}) ${happened}`, retryable: false });
		}
		this.#sent = [];
	}
}

const receiptSchema = z.object({ status: z.string() }).nullable();
