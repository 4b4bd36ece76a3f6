import { z } from "zod";
import { type ChainConfig, parseChainConfig } from "../../config/chain.ts";
import { devnetAccounts } from "../../devnet/accounts.ts";
import { type Anvil, startAnvil } from "../../devnet/anvil.ts";
import { devnetChainConfig } from "../../devnet/chain-settings.ts";
import { DEVNET_CHAINS } from "../../devnet/chains.ts";
import { type Deployment, deploy } from "../../devnet/deployment.ts";
import { type DeskCall, perform } from "../../devnet/desk.ts";
import { DEXES } from "../../devnet/families/all.ts";
import { hexQuantity, readBlock } from "../../devnet/rpc.ts";
import type { Pool } from "../../domain/pool.ts";
import type { Block } from "../../market/block.ts";
import { type ChainClient, connectChain } from "../../market/chain-client.ts";
import type { ChainLog } from "../../market/log.ts";
import type { PoolBook } from "../../market/pool-book.ts";
import { addressTopic } from "../../market/protocols/abi-word.ts";
import { adapterOf, STATE_TOPICS } from "../../market/protocols/families.ts";
import { nextTimestamp } from "../../market/protocols/next-block.ts";

const GAS = hexQuantity(10_000_000);
const GAS_PRICE = hexQuantity(10n ** 12n);
const receiptSchema = z.object({ status: z.string(), logs: z.array(z.object({ topics: z.array(z.string()), data: z.string() })) });

/** The devnet's contracts and pools on a node that mines when it is told to, and the desk that does whatever pools' users do. */
export class DeskChain implements AsyncDisposable {
	readonly anvil: Anvil;
	readonly deployment: Deployment;
	readonly chain: ChainConfig;
	readonly client: ChainClient;

	private constructor(of: Pick<DeskChain, "anvil" | "deployment" | "chain" | "client">) {
		this.anvil = of.anvil;
		this.deployment = of.deployment;
		this.chain = of.chain;
		this.client = of.client;
	}

	static async start(): Promise<DeskChain> {
		const [own] = DEVNET_CHAINS;
		const anvil = await startAnvil({ chainId: own.chainId, port: 0 });
		const deployment = await deploy(anvil.rpc, own.chainId);
		await anvil.rpc.call("anvil_autoImpersonateAccount", true);
		const { rpcUrl } = anvil;
		const genesisHash = (await readBlock(anvil.rpc, 0)).hash;
		const settings = devnetChainConfig({
			...{ chain: own, deployment, genesisHash, rpcUrl, relayUrl: rpcUrl },
			...{ confirmationDepth: 1, explorationPpm: 0, isPendingWatched: false },
		});
		const dexes = DEXES.map(({ name, family, row }) => {
			const pools = deployment.pools.filter((pool) => pool.dex === name);
			return { name, family, ...row(deployment.dexes[name] ?? {}, pools) };
		});
		const chain = parseChainConfig({ ...settings, dexes }, "all of the devnet's dexes");
		const client = await connectChain({ chainId: own.chainId, rpcUrl, genesisHash }, { wsUrl: null });
		return new DeskChain({ anvil, deployment, chain, client });
	}

	/** The pools that a dex announces between the chain's tokens, with all their facts. */
	async discover(dex: ChainConfig["dexes"][number]): Promise<Pool[]> {
		const adapter = adapterOf(dex.family);
		const { chainId, wrappedNative, tokens } = this.chain;
		const scope = { chainId, wrappedNative, dex };
		const creation = adapter.creation(scope);
		if (creation === null) return [];
		const head = await this.client.head();
		const logs = await this.client.logsBetween({
			...{ fromBlock: 0, toBlock: head.number, addresses: [creation.emitter] },
			topics: creation.topics(tokens.map(({ address }) => addressTopic(address))),
		});
		const pools = logs.flatMap((log) => creation.parse(log) ?? []);
		return (await adapter.complete?.({ client: this.client, pools, blockHash: head.hash }, scope)) ?? pools;
	}

	/** Hands calls of the desk to the mempool as one transaction; its hash. */
	async send(...calls: readonly DeskCall[]): Promise<string> {
		return await this.sendFrom(devnetAccounts().market.address, { to: this.deployment.desk, data: perform(calls) });
	}

	async sendFrom(from: string, call: { readonly to?: string; readonly data: string }): Promise<string> {
		return z.string().parse(await this.anvil.rpc.call("eth_sendTransaction", { from, ...call, gas: GAS, gasPrice: GAS_PRICE }));
	}

	/** The owner of the devnet's factories, and of the manager. */
	get owner(): string {
		return devnetAccounts().deployer.address;
	}

	/** Mines one block, at the time that the adapters expect it at unless another is given. */
	async mine(of: { readonly timestamp?: number } = {}): Promise<Block> {
		const timestamp = of.timestamp ?? (await nextTimestamp(this.client, (await this.client.head()).hash));
		await this.anvil.rpc.call("evm_setNextBlockTimestamp", hexQuantity(timestamp));
		await this.anvil.rpc.call("evm_mine");
		return await this.client.head();
	}

	/** Mines a transaction, and returns its logs. */
	async logsAfter(hash: string, of: { readonly secondsLater?: number } = {}): Promise<readonly Pick<ChainLog, "topics" | "data">[]> {
		const { timestamp } = await this.client.head();
		await this.mine({ timestamp: timestamp + (of.secondsLater ?? 1) });
		return await this.logsOf(hash);
	}

	/** A mined transaction's logs; the test fails where it failed. */
	async logsOf(hash: string): Promise<readonly Pick<ChainLog, "topics" | "data">[]> {
		const receipt = receiptSchema.parse(await this.anvil.rpc.call("eth_getTransactionReceipt", hash));
		if (receipt.status !== "0x1") throw new Error(`transaction ${hash} failed`);
		return receipt.logs;
	}

	/** Lets the book follow by the block's logs. */
	async apply(book: PoolBook, block: Block): Promise<readonly string[]> {
		const logs: ChainLog[] = await this.client.logsOf(block.hash, { topics: [STATE_TOPICS] });
		return await book.apply(block, logs);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.client.close();
		await this.anvil.stop();
	}
}
