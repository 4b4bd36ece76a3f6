import { createRequire } from "node:module";
import { Contract, ContractFactory, JsonRpcProvider, type JsonRpcSigner, Network } from "ethers";
import { ArbError } from "../../domain/errors.ts";
import { type CompiledContract, compileFolder } from "./compile.ts";
import { startNode } from "./node.ts";

const require = createRequire(import.meta.url);
const CHAIN_ID = 31337;
const FOLDER = new URL("weird/", import.meta.url);
const GAS = { gasLimit: 8_000_000 };

/** A node with a pool-like holder, on which tokens of `weird/` are deployed on demand. Each transaction is mined at once. */
export interface WeirdChain {
	readonly rpcUrl: string;
	readonly chainId: number;
	readonly genesisHash: string;
	readonly provider: JsonRpcProvider;
	readonly pool: string;
	/** Addresses are lower case. */
	deploy(name: string, ...args: readonly unknown[]): Promise<string>;
	/** WETH9 as published, with coins in it. */
	deployWeth(): Promise<string>;
	/** Calls a function of a deployed contract of that name. */
	send(of: { readonly name: string; readonly at: string; readonly method: string }, ...args: readonly unknown[]): Promise<void>;
	read(of: { readonly name: string; readonly at: string; readonly method: string }, ...args: readonly unknown[]): Promise<unknown>;
	/** Pays the pool with what the deployer has. */
	fund(token: string, amount?: bigint): Promise<void>;
	close(): Promise<void>;
}

/** What the pool gets where nothing else is said: a tenth of a plain token's supply. */
const POOL_SHARE = 100_000n * 10n ** 18n;

export async function startWeirdChain(): Promise<WeirdChain> {
	const contracts = compileFolder(FOLDER);
	const node = await startNode(["--balance", "1000000"]);
	try {
		const { rpcUrl } = node;
		const network = Network.from(CHAIN_ID);
		const provider = new JsonRpcProvider(rpcUrl, network, { staticNetwork: network, cacheTimeout: -1, pollingInterval: 10 });
		const signer = await provider.getSigner(0);
		const compiled = (name: string): CompiledContract => {
			const found = contracts.get(name);
			if (found === undefined) throw new ArbError({ code: "not_found", message: `weird/ has no contract ${name}`, retryable: false });
			return found;
		};
		const deploy = async (name: string, ...args: readonly unknown[]) => create(signer, compiled(name), args);
		const at = (name: string, address: string) => new Contract(address, compiled(name).abi, signer);
		await provider.send("anvil_setCode", ["0x1820a4b7618bde71dce8cdc73aab6c95905fad24", compiled("Registry").runtime]);
		const pool = await deploy("Pool");
		const genesis = await provider.getBlock(0);
		return {
			rpcUrl,
			chainId: CHAIN_ID,
			genesisHash: genesis?.hash ?? "",
			provider,
			pool,
			deploy,
			async deployWeth() {
				const { abi, bytecode } = require("canonical-weth/build/contracts/WETH9.json");
				const weth = await create(signer, { abi, bytecode, runtime: "" }, []);
				await (await new Contract(weth, abi, signer).getFunction("deposit")({ value: POOL_SHARE, ...GAS })).wait();
				return weth;
			},
			async send({ name, at: address, method }, ...args) {
				await (await at(name, address).getFunction(method)(...args, GAS)).wait();
			},
			read: ({ name, at: address, method }, ...args) =>
				at(name, address)
					.getFunction(method)
					.staticCall(...args),
			async fund(token, amount = POOL_SHARE) {
				await (await at("Plain", token).getFunction("transfer")(pool, amount, GAS)).wait();
			},
			async close() {
				provider.destroy();
				await node.close();
			},
		};
	} catch (error) {
		await node.close();
		throw error;
	}
}

async function create(signer: JsonRpcSigner, { abi, bytecode }: CompiledContract, args: readonly unknown[]): Promise<string> {
	const contract = await new ContractFactory(abi, bytecode, signer).deploy(...args, GAS);
	await contract.waitForDeployment();
	return (await contract.getAddress()).toLowerCase();
}
