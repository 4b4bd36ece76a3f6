import { createRequire } from "node:module";
import { ContractFactory, getCreateAddress, Interface, type InterfaceAbi, JsonRpcProvider, Network } from "ethers";
import { ArbError } from "../../domain/errors.ts";
import type { Block } from "../block.ts";
import { type ChainClient, connectChain } from "../chain-client.ts";
import { type CompiledContract, compileFolder } from "./compile.ts";
import { startNode } from "./node.ts";

const require = createRequire(import.meta.url);
const CHAIN_ID = 31337;
/** EIP-7825 allows a transaction no more. */
const GAS = "0xf42400";
/** Where the address of a library belongs in creation code. */
const LIBRARY = /__\$[0-9a-f]{34}\$__/g;
const TASKS = "@balancer-labs/v2-deployments/dist/tasks";

type Creation = Pick<CompiledContract, "abi" | "bytecode">;

/** A deployed contract. */
export interface Deployed {
	/** Lower case. */
	readonly address: string;
	readonly abi: Interface;
}

/** What a contract is told to answer. */
export interface Planted {
	readonly call: string;
	readonly answer: string;
}

/** A node on which contracts of `stand-ins/` and published ones are deployed; blocks come on demand. */
export interface StandInChain extends AsyncDisposable {
	readonly client: ChainClient;
	/** The account that everything is sent from. */
	readonly account: string;
	/** A contract of `stand-ins/`. */
	standIn(name: string, ...args: readonly unknown[]): Promise<Deployed>;
	/** A contract of Balancer's published tasks, e.g. `20210418-vault`, `Vault`; `library` is the one that it is linked with. */
	published(
		of: { readonly task: string; readonly name: string; readonly library?: string },
		...args: readonly unknown[]
	): Promise<Deployed>;
	/** Any other contract. */
	deploy(contract: Creation, ...args: readonly unknown[]): Promise<Deployed>;
	/** Where the contract will be that is deployed after so many others. */
	nextAddress(after: number): string;
	/** Hands a call to the mempool. */
	send(to: Deployed, method: string, ...args: readonly unknown[]): Promise<void>;
	/** Mines what was sent as one block, `seconds` after the last, and returns it. @throws ArbError where a transaction failed. */
	mine(seconds?: number): Promise<Block>;
	/** Mines what was sent as one block, whatever became of it. */
	mineAnyway(): Promise<Block>;
	/** What a call returns at the head. */
	read(from: Deployed, method: string, ...args: readonly unknown[]): Promise<readonly unknown[]>;
	/** A contract that answers those calls. */
	answering(planted: readonly Planted[]): Promise<Deployed>;
	plant(at: Deployed, planted: readonly Planted[]): Promise<void>;
}

export async function startStandInChain(): Promise<StandInChain> {
	const compiled = compileFolder(new URL("stand-ins/", import.meta.url));
	const node = await startNode(["--balance", "1000000", "--order", "fifo", "--gas-limit", "60000000"]);
	const network = Network.from(CHAIN_ID);
	const provider = new JsonRpcProvider(node.rpcUrl, network, { staticNetwork: network, cacheTimeout: -1 });
	let client: ChainClient;
	try {
		await provider.send("evm_setAutomine", [false]);
		const genesis = await provider.getBlock(0);
		client = await connectChain({ chainId: CHAIN_ID, rpcUrl: node.rpcUrl, genesisHash: genesis?.hash ?? "" }, { wsUrl: null });
	} catch (error) {
		provider.destroy();
		await node.close();
		throw error;
	}
	const account = (await (await provider.getSigner(0)).getAddress()).toLowerCase();
	let sent: string[] = [];
	let nonce = await provider.getTransactionCount(account);

	async function transact(transaction: { readonly to?: string; readonly data: string }): Promise<void> {
		const common = { from: account, gas: GAS, gasPrice: "0x2540be400", nonce: `0x${nonce.toString(16)}` };
		sent.push(await provider.send("eth_sendTransaction", [{ ...common, ...transaction }]));
		nonce++;
	}

	async function deploy({ abi, bytecode }: Creation, args: readonly unknown[]): Promise<Deployed> {
		const address = getCreateAddress({ from: account, nonce }).toLowerCase();
		const { data } = await new ContractFactory(abi, bytecode).getDeployTransaction(...args);
		await transact({ data });
		await mine();
		return { address, abi: new Interface(abi) };
	}

	async function mineBlock(seconds: number): Promise<Block> {
		await provider.send("anvil_setNextBlockBaseFeePerGas", ["0x1"]);
		const { timestamp } = await provider.send("eth_getBlockByNumber", ["latest", false]);
		await provider.send("evm_setNextBlockTimestamp", [Number(timestamp) + seconds]);
		await provider.send("evm_mine", []);
		return await client.head();
	}

	async function mine(seconds = 12): Promise<Block> {
		const hashes = sent;
		sent = [];
		const block = await mineBlock(seconds);
		for (const hash of hashes) {
			const receipt = await provider.send("eth_getTransactionReceipt", [hash]);
			if (receipt?.status !== "0x1") throw await failed(hash);
		}
		return block;
	}

	async function failed(hash: string): Promise<ArbError> {
		const transaction = await provider.send("eth_getTransactionByHash", [hash]);
		const why = await provider
			.send("eth_call", [{ from: account, to: transaction?.to, data: transaction?.input, gas: GAS }, "latest"])
			.then(String, (error: unknown) => String(error));
		return new ArbError({ code: "chain", message: `transaction ${hash} failed or was not mined: ${why}`, retryable: false });
	}

	const send: StandInChain["send"] = (to, method, ...args) => transact({ to: to.address, data: to.abi.encodeFunctionData(method, args) });
	const plant: StandInChain["plant"] = (at, planted) =>
		send(
			at,
			"plant",
			planted.map(({ call }) => call),
			planted.map(({ answer }) => answer),
		);
	const standIn: StandInChain["standIn"] = (name, ...args) => {
		const contract = compiled.get(name);
		if (contract === undefined) throw new ArbError({ code: "not_found", message: `stand-ins/ has no contract ${name}`, retryable: false });
		return deploy(contract, args);
	};

	return {
		client,
		account,
		standIn,
		published({ task, name, library = "" }, ...args) {
			const { abi, bytecode } = publishedContract(task, name);
			return deploy({ abi, bytecode: bytecode.replace(LIBRARY, library.slice(2)) }, args);
		},
		deploy: (contract, ...args) => deploy(contract, args),
		nextAddress: (after) => getCreateAddress({ from: account, nonce: nonce + after }).toLowerCase(),
		send,
		mine,
		async mineAnyway() {
			sent = [];
			return await mineBlock(12);
		},
		async read(from, method, ...args) {
			const answer = await provider.send("eth_call", [
				{ from: account, to: from.address, data: from.abi.encodeFunctionData(method, args) },
				"latest",
			]);
			return from.abi.decodeFunctionResult(method, answer).toArray();
		},
		async answering(planted) {
			const contract = await standIn("StoredAnswers");
			await plant(contract, planted);
			await mine();
			return contract;
		},
		plant,
		async [Symbol.asyncDispose]() {
			client.close();
			provider.destroy();
			await node.close();
		},
	};
}

/** Tasks carry an artifact, or an ABI and creation code apart. */
function publishedContract(task: string, name: string): Creation {
	const load = (path: string): unknown => {
		try {
			return require(`${TASKS}/${task}/${path}/${name}.json`);
		} catch {
			return null;
		}
	};
	const [artifact, abi, code] = [load("artifact"), load("abi"), load("bytecode")];
	if (hasCode(artifact)) return artifact;
	if (isAbi(abi) && typeof code === "object" && code !== null) return { abi, bytecode: String(Reflect.get(code, "creationCode")) };
	throw new ArbError({ code: "not_found", message: `${TASKS}/${task} has no contract ${name}`, retryable: false });
}

function isAbi(value: unknown): value is InterfaceAbi {
	return Array.isArray(value);
}

function hasCode(value: unknown): value is Creation {
	return (
		typeof value === "object" && value !== null && isAbi(Reflect.get(value, "abi")) && typeof Reflect.get(value, "bytecode") === "string"
	);
}
