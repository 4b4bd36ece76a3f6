import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Contract, ContractFactory, Interface, JsonRpcProvider, NonceManager, Wallet } from "ethers";
import { z } from "zod";
import type { Keys } from "../../config/keys.ts";
import type { PlannedHop } from "../../domain/plan.ts";

export const CHAIN_ID = 31337;

/** Keys of anvil's own mnemonic, worthless anywhere else. */
export const KEYS: Keys = {
	chainId: CHAIN_ID,
	operators: [
		"0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
		"0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
	],
	treasury: "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
};

const ETHER = 10n ** 18n;

const artifactSchema = z.object({ abi: z.array(z.unknown()), bytecode: z.string() });

/** A chain with the real Balancer vault, two Uniswap V2 factories with a pair each, our contracts, and a gap between the pairs. */
export interface TestChain {
	readonly url: string;
	readonly provider: JsonRpcProvider;
	readonly treasury: NonceManager;
	readonly treasuryAddress: string;
	/** The Balancer vault, which lends. */
	readonly vault: string;
	readonly base: string;
	readonly other: string;
	readonly pairs: readonly [cheap: string, dear: string];
	readonly executor: string;
	readonly distributor: string;
	/** base → other in the pair where `other` is cheap, and back in the other one. */
	readonly cycle: readonly PlannedHop[];
	readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Starts anvil on a free port and deploys everything from published bytecode. */
export async function startTestChain(): Promise<TestChain> {
	const { child, url } = await startAnvil();
	const provider = new JsonRpcProvider(url, CHAIN_ID, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1, pollingInterval: 20 });
	const treasury = new NonceManager(new Wallet(KEYS.treasury, provider));
	const treasuryAddress = (await treasury.getAddress()).toLowerCase();

	async function deploy(artifact: z.output<typeof artifactSchema>, ...values: readonly unknown[]): Promise<string> {
		const factory = new ContractFactory(new Interface(JSON.stringify(artifact.abi)), artifact.bytecode, treasury);
		const contract = await factory.deploy(...values);
		await contract.waitForDeployment();
		return (await contract.getAddress()).toLowerCase();
	}

	const tokens = [
		await deploy(packaged("canonical-weth/build/contracts/WETH9.json")),
		await deploy(packaged("canonical-weth/build/contracts/WETH9.json")),
	];
	const [base = "", other = ""] = tokens;
	for (const token of tokens) await send(treasury, token, "function deposit() payable", [], 3_000n * ETHER);

	const vault = await deploy(balancerVault(), treasuryAddress, base, 0, 0);
	await send(treasury, base, "function transfer(address,uint256) returns (bool)", [vault, 500n * ETHER]);

	async function createPair(reserves: { readonly base: bigint; readonly other: bigint }): Promise<string> {
		const factory = await deploy(packaged("@uniswap/v2-core/build/UniswapV2Factory.json"), treasuryAddress);
		await send(treasury, factory, "function createPair(address,address) returns (address)", [base, other]);
		const lookup = new Contract(factory, ["function getPair(address,address) view returns (address)"], provider);
		const pair = String(await lookup.getFunction("getPair")(base, other)).toLowerCase();
		await send(treasury, base, "function transfer(address,uint256) returns (bool)", [pair, reserves.base]);
		await send(treasury, other, "function transfer(address,uint256) returns (bool)", [pair, reserves.other]);
		await send(treasury, pair, "function mint(address) returns (uint256)", [treasuryAddress]);
		return pair;
	}
	const cheap = await createPair({ base: 1_000n * ETHER, other: 1_100n * ETHER });
	const dear = await createPair({ base: 1_000n * ETHER, other: 1_000n * ETHER });

	const executor = await deploy(own("ArbitrageExecutor"), treasuryAddress, vault, treasuryAddress);
	const distributor = await deploy(own("RewardDistributor"), treasuryAddress, base);
	for (const key of KEYS.operators) {
		await send(treasury, executor, "function setOperator(address,bool)", [new Wallet(key).address, true]);
	}

	const hop = { family: "uniswap-v2", feePips: 3000, amountIn: "0", amountOut: "0" } as const;
	return {
		url,
		provider,
		treasury,
		treasuryAddress,
		vault,
		base,
		other,
		pairs: [cheap, dear],
		executor,
		distributor,
		cycle: [
			{ ...hop, pool: cheap, tokenIn: base, tokenOut: other },
			{ ...hop, pool: dear, tokenIn: other, tokenOut: base },
		],
		async [Symbol.asyncDispose]() {
			provider.destroy();
			if (child.exitCode !== null || child.signalCode !== null) return;
			child.kill("SIGTERM");
			await once(child, "exit");
		},
	};
}

/** Sends one call by its signature and waits until it is mined. */
export async function send(from: NonceManager, to: string, signature: string, values: readonly unknown[], value = 0n): Promise<void> {
	const contract = new Contract(to, [signature], from);
	const transaction = await contract.getFunction(signature.replace(/^function /, "").replace(/\).*$/, ")"))(...values, { value });
	await transaction.wait();
}

async function startAnvil(): Promise<{ readonly child: ChildProcess; readonly url: string }> {
	const child = spawn(anvilBinary(), ["--port", "0", "--chain-id", String(CHAIN_ID), "--hardfork", "prague"], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const url = await new Promise<string>((resolve, reject) => {
		let text = "";
		child.stdout.on("data", (chunk: Buffer) => {
			text += chunk.toString();
			const address = /Listening on ([^\s]+)/.exec(text)?.[1];
			if (address !== undefined) resolve(`http://${address}`);
		});
		child.once("error", reject);
		child.once("exit", (code) => reject(new Error(`anvil ended with ${code}: ${text}`)));
	});
	child.stdout.removeAllListeners("data").resume();
	return { child, url };
}

/** The binary of the platform's package; on other systems than Linux, the one on PATH. */
function anvilBinary(): string {
	const architecture = process.arch === "x64" ? "amd64" : process.arch;
	if (process.platform !== "linux") return "anvil";
	return createRequire(import.meta.url).resolve(`@foundry-rs/anvil-linux-${architecture}/bin/anvil`);
}

function packaged(file: string): z.output<typeof artifactSchema> {
	return readArtifact(createRequire(import.meta.url).resolve(file));
}

function own(name: string): z.output<typeof artifactSchema> {
	return readArtifact(new URL(`../../contracts/artifacts/${name}.json`, import.meta.url));
}

function readArtifact(file: string | URL): z.output<typeof artifactSchema> {
	return artifactSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

function balancerVault(): z.output<typeof artifactSchema> {
	const file = createRequire(import.meta.url).resolve("@balancer-labs/v2-deployments/dist/tasks/20210418-vault/bytecode/Vault.json");
	const { creationCode } = z.object({ creationCode: z.string() }).parse(JSON.parse(readFileSync(file, "utf8")));
	const creation = { type: "constructor", inputs: [{ type: "address" }, { type: "address" }, { type: "uint256" }, { type: "uint256" }] };
	return { abi: [creation], bytecode: creationCode };
}

/** An address without code, balance and rights. */
export const NOBODY = `0x${"dead".repeat(10)}`;
