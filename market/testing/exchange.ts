import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Contract, ContractFactory, JsonRpcProvider, type JsonRpcSigner, keccak256, Network } from "ethers";
import type { ChainConfig } from "../../config/chain.ts";
import { ArbError } from "../../domain/errors.ts";
import { startNode, type TestNode } from "./node.ts";

const require = createRequire(import.meta.url);
const CHAIN_ID = 31337;
const GAS = { gasLimit: 8_000_000 };
/** In whole coins: what the test account starts with, half of it in each token. */
const FUNDS = 8_000_000_000n;

export type ExchangeChain = Pick<
	ChainConfig,
	"chainId" | "rpcUrl" | "genesisHash" | "wrappedNative" | "stablecoins" | "tokens" | "dexes" | "lenders"
>;

/** A node with the published bytecode of both families, and a contract that can do to pools whatever their users do. Blocks come on demand. */
export interface Exchange {
	readonly chain: ExchangeChain;
	readonly provider: JsonRpcProvider;
	readonly pairs: readonly string[];
	readonly v3Pools: readonly string[];
	/** The process, to be stopped and continued by tests. */
	readonly node: ChildProcess;
	/** Hands a call of the operator contract to the mempool. */
	send(method: string, ...args: readonly unknown[]): Promise<void>;
	mine(blocks?: number): Promise<void>;
	close(): Promise<void>;
}

interface Artifact {
	readonly abi: readonly object[];
	readonly bytecode: string;
}

export async function startExchange(): Promise<Exchange> {
	const node = await startNode(["--balance", FUNDS.toString(), "--order", "fifo"]);
	try {
		return await deployExchange(node);
	} catch (error) {
		await node.close();
		throw error;
	}
}

async function deployExchange(node: TestNode): Promise<Exchange> {
	const { rpcUrl } = node;
	const network = Network.from(CHAIN_ID);
	const provider = new JsonRpcProvider(rpcUrl, network, { staticNetwork: network, cacheTimeout: -1, pollingInterval: 20 });
	const signer = await provider.getSigner(0);

	const weth = readArtifact("canonical-weth/build/contracts/WETH9.json");
	const operator = await deploy(signer, operatorArtifact(), []);
	const tokens: string[] = [];
	for (let i = 0; i < 3; i++) {
		const token = await deploy(signer, weth, []);
		const amount = (FUNDS * 10n ** 18n) / 4n;
		await (await token.getFunction("deposit")({ value: amount, ...GAS })).wait();
		await transact(token, "transfer", await operator.getAddress(), amount);
		tokens.push((await token.getAddress()).toLowerCase());
	}
	const [native = "", second = "", third = ""] = tokens;

	const v2Factory = await deploy(signer, readArtifact("@uniswap/v2-core/build/UniswapV2Factory.json"), [await signer.getAddress()]);
	const pairs: string[] = [];
	for (const [a, b, amount] of [
		[native, second, 1_000_000n],
		[second, third, 500_000n],
	] as const) {
		await transact(v2Factory, "createPair", a, b);
		const pair = String(await v2Factory.getFunction("getPair")(a, b)).toLowerCase();
		await transact(operator, "mintV2", pair, amount * 10n ** 18n, amount * 10n ** 18n);
		pairs.push(pair);
	}

	const v3Artifact = "@uniswap/v3-core/artifacts/contracts";
	const v3Factory = await deploy(signer, readArtifact(`${v3Artifact}/UniswapV3Factory.sol/UniswapV3Factory.json`), []);
	const { abi: poolAbi, bytecode: poolCode } = readArtifact(`${v3Artifact}/UniswapV3Pool.sol/UniswapV3Pool.json`);
	await transact(v3Factory, "enableFeeAmount", 100, 1);
	const v3Pools: string[] = [];
	for (const [a, b, fee, spacing] of [
		[native, second, 3000, 60],
		[native, third, 500, 10],
		[second, third, 100, 1],
	] as const) {
		await transact(v3Factory, "createPool", a, b, fee);
		const pool = String(await v3Factory.getFunction("getPool")(a, b, fee)).toLowerCase();
		await transact(new Contract(pool, [...poolAbi], signer), "initialize", 1n << 96n);
		const widest = Math.floor(887_272 / spacing) * spacing;
		await transact(operator, "mintV3", pool, -widest, widest, 10n ** 24n);
		v3Pools.push(pool);
	}

	const balancerTasks = "@balancer-labs/v2-deployments/dist/tasks/20210418-vault";
	const vault = await deploy(signer, { abi: readJson(`${balancerTasks}/abi/Vault.json`, isAbi), bytecode: vaultBytecode(balancerTasks) }, [
		await signer.getAddress(),
		native,
		0,
		0,
	]);
	await provider.send("evm_setAutomine", [false]);

	const pairCode = readArtifact("@uniswap/v2-core/build/UniswapV2Pair.json").bytecode;
	const genesis = await provider.getBlock(0);
	const factories = { v2: (await v2Factory.getAddress()).toLowerCase(), v3: (await v3Factory.getAddress()).toLowerCase() };
	return {
		chain: {
			chainId: CHAIN_ID,
			rpcUrl,
			genesisHash: genesis?.hash ?? "",
			wrappedNative: native,
			stablecoins: [third],
			tokens: tokens.map((address, i) => ({ address, symbol: `T${i}`, decimals: 18 })),
			dexes: [
				{
					...{ name: "uniswap-v2", family: "uniswap-v2", factory: factories.v2, feePips: 3000, startBlock: 0 },
					derivation: { by: "init-code", salt: "packed-tokens", initCodeHash: keccak256(`0x${pairCode}`) },
					knownPool: { address: pairs[0] ?? "", tokens: [native, second] },
				},
				{
					...{ name: "uniswap-v3", family: "uniswap-v3", factory: factories.v3, startBlock: 0 },
					derivation: { by: "init-code", salt: "tokens-fee", initCodeHash: keccak256(poolCode) },
					knownPool: { address: v3Pools[1] ?? "", tokens: [native, third], fee: 500 },
				},
			],
			lenders: [{ kind: "balancer-v2", address: (await vault.getAddress()).toLowerCase() }],
		},
		provider,
		pairs,
		v3Pools,
		node: node.process,
		async send(method, ...args) {
			const transaction = await operator.getFunction(method).populateTransaction(...args);
			const from = await signer.getAddress();
			await provider.send("eth_sendTransaction", [{ from, to: transaction.to, data: transaction.data, gas: "0x2dc6c0" }]);
		},
		async mine(blocks = 1) {
			for (let i = 0; i < blocks; i++) await provider.send("evm_mine", []);
		},
		async close() {
			provider.destroy();
			await node.close();
		},
	};
}

async function deploy(signer: JsonRpcSigner, artifact: Artifact, args: readonly unknown[]): Promise<Contract> {
	const contract = await new ContractFactory([...artifact.abi], artifact.bytecode, signer).deploy(...args);
	await contract.waitForDeployment();
	return new Contract(await contract.getAddress(), [...artifact.abi], signer);
}

/** With gas given: an estimate for the same second as the last block leaves out the oracle slot that the next second writes. */
async function transact(contract: Contract, method: string, ...args: readonly unknown[]): Promise<void> {
	const transaction = await contract.getFunction(method)(...args, GAS);
	await transaction.wait();
}

// artifacts -----------------------------------------------------------------------------------------------------------

function readJson<T>(path: string, guard: (value: unknown) => value is T): T {
	const value: unknown = JSON.parse(readFileSync(require.resolve(path), "utf8"));
	if (guard(value)) return value;
	throw new ArbError({ code: "invalid_input", message: `${path} does not have the expected form`, retryable: false });
}

function isAbi(value: unknown): value is readonly object[] {
	return Array.isArray(value);
}

function isArtifact(value: unknown): value is Artifact {
	return (
		typeof value === "object" && value !== null && isAbi(Reflect.get(value, "abi")) && typeof Reflect.get(value, "bytecode") === "string"
	);
}

function readArtifact(path: string): Artifact {
	return readJson(path, isArtifact);
}

function vaultBytecode(tasks: string): string {
	const isCreation = (value: unknown): value is { readonly creationCode: string } =>
		typeof value === "object" && value !== null && typeof Reflect.get(value, "creationCode") === "string";
	return readJson(`${tasks}/bytecode/Vault.json`, isCreation).creationCode;
}

function operatorArtifact(): Artifact {
	const compile: (input: string) => string = require("solc").compile;
	const input = {
		language: "Solidity",
		sources: { operator: { content: readFileSync(new URL("PoolOperator.sol", import.meta.url), "utf8") } },
		settings: { outputSelection: { operator: { PoolOperator: ["abi", "evm.bytecode.object"] } } },
	};
	const { contracts, errors } = JSON.parse(compile(JSON.stringify(input)));
	const contract = contracts?.operator?.PoolOperator;
	if (contract === undefined) throw new ArbError({ code: "invalid_input", message: JSON.stringify(errors), retryable: false });
	return { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` };
}
