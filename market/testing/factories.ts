import { ContractFactory, Interface } from "ethers";
import { ArbError } from "../../domain/errors.ts";
import { type Exchange, readArtifact } from "./exchange.ts";

const V3 = "@uniswap/v3-core/artifacts/contracts";
const CREATE = {
	"uniswap-v2": new Interface([
		"function createPair(address a, address b)",
		"function getPair(address a, address b) view returns (address)",
	]),
	"uniswap-v3": new Interface([
		"function createPool(address a, address b, uint24 fee)",
		"function getPool(address a, address b, uint24 fee) view returns (address)",
	]),
	pool: new Interface(["function initialize(uint160 sqrtPriceX96)"]),
	token: new Interface(["function deposit() payable", "function transfer(address to, uint256 value) returns (bool)"]),
} as const;
const GAS = "0x7a1200";

/** Deploys forks and creates pools on an exchange whose blocks come on demand; each call is in one block of its own where it mines, as they all do but {@link queuePair}. */
export class Factories {
	readonly #exchange: Exchange;

	constructor(exchange: Exchange) {
		this.#exchange = exchange;
	}

	/** Another factory from the same bytecode. */
	async fork(family: "uniswap-v2" | "uniswap-v3"): Promise<string> {
		const artifact = readArtifact(
			family === "uniswap-v2" ? "@uniswap/v2-core/build/UniswapV2Factory.json" : `${V3}/UniswapV3Factory.sol/UniswapV3Factory.json`,
		);
		const factory = new ContractFactory([...artifact.abi], artifact.bytecode);
		const { data } = await factory.getDeployTransaction(...(family === "uniswap-v2" ? [await this.#sender()] : []));
		return await this.#deploy(data);
	}

	/** Another token, a WETH9; of each the operator gets a million. */
	async token(): Promise<string> {
		const { abi, bytecode } = readArtifact("canonical-weth/build/contracts/WETH9.json");
		const { data } = await new ContractFactory([...abi], bytecode).getDeployTransaction();
		const token = await this.#deploy(data);
		await this.#send(token, CREATE.token.encodeFunctionData("deposit"), 10n ** 24n);
		await this.#send(token, CREATE.token.encodeFunctionData("transfer", [this.#exchange.operator, 10n ** 24n]));
		await this.#exchange.mine();
		return token;
	}

	/** Sends the creation of a pair to the mempool. */
	async queuePair(factory: string, a: string, b: string): Promise<void> {
		await this.#send(factory, CREATE["uniswap-v2"].encodeFunctionData("createPair", [a, b]));
	}

	/** A pair with so many whole tokens on both sides. */
	async pair(factory: string, a: string, b: string, amount = 1_000n): Promise<string> {
		await this.queuePair(factory, a, b);
		await this.#exchange.mine();
		return await this.fill(factory, a, b, amount);
	}

	/** Puts so many whole tokens on both sides of a pair that is there; returns its address. */
	async fill(factory: string, a: string, b: string, amount: bigint): Promise<string> {
		const pair = await this.#ask(factory, "uniswap-v2", "getPair", [a, b]);
		await this.#exchange.send("mintV2", pair, amount * 10n ** 18n, amount * 10n ** 18n);
		await this.#exchange.mine();
		return pair;
	}

	/** A concentrated pool at price 1 with liquidity over the whole range; created, set up and filled in three blocks. */
	async pool(
		factory: string,
		of: { readonly a: string; readonly b: string; readonly fee: number; readonly spacing: number },
	): Promise<string> {
		const { a, b, fee, spacing } = of;
		await this.#send(factory, CREATE["uniswap-v3"].encodeFunctionData("createPool", [a, b, fee]));
		await this.#exchange.mine();
		const pool = await this.#ask(factory, "uniswap-v3", "getPool", [a, b, fee]);
		await this.#send(pool, CREATE.pool.encodeFunctionData("initialize", [1n << 96n]));
		await this.#exchange.mine();
		const widest = Math.floor(887_272 / spacing) * spacing;
		await this.#exchange.send("mintV3", pool, -widest, widest, 10n ** 21n);
		await this.#exchange.mine();
		return pool;
	}

	async #sender(): Promise<string> {
		return await (await this.#exchange.provider.getSigner(0)).getAddress();
	}

	async #send(to: string | null, data: string, value = 0n): Promise<string> {
		const order = { from: await this.#sender(), ...(to === null ? {} : { to }), data, gas: GAS, value: `0x${value.toString(16)}` };
		return await this.#exchange.provider.send("eth_sendTransaction", [order]);
	}

	async #deploy(data: string): Promise<string> {
		const hash = await this.#send(null, data);
		await this.#exchange.mine();
		const receipt = await this.#exchange.provider.getTransactionReceipt(hash);
		if (receipt?.status === 1 && receipt.contractAddress !== null) return receipt.contractAddress.toLowerCase();
		throw new ArbError({ code: "chain", message: `the deployment ${hash} failed`, retryable: false });
	}

	async #ask(to: string, family: "uniswap-v2" | "uniswap-v3", name: string, args: readonly unknown[]): Promise<string> {
		const face = CREATE[family];
		const answer = await this.#exchange.provider.call({ to, data: face.encodeFunctionData(name, args) });
		return String(face.decodeFunctionResult(name, answer)[0]).toLowerCase();
	}
}
