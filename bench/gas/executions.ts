import { hexlify, Interface } from "ethers";
import { pino } from "pino";
import { z } from "zod";
import { devnetAccounts } from "../../devnet/accounts.ts";
import { readArtifact } from "../../devnet/artifacts.ts";
import { type Devnet, startDevnet } from "../../devnet/devnet.ts";
import { Market } from "../../devnet/market.ts";
import { type MarketPool, priceTarget } from "../../devnet/market-model.ts";
import { createRandom, type Random } from "../../devnet/random.ts";
import { hexQuantity, Rpc, RpcError } from "../../devnet/rpc.ts";
import { ArbError } from "../../domain/errors.ts";
import { executionFacts, type PlannedHop } from "../../domain/plan.ts";
import type { Pool, PoolState } from "../../domain/pool.ts";
import { encodeExecute } from "../../execution/executor.ts";
import type { Block } from "../../market/block.ts";
import { type ChainClient, connectChain } from "../../market/chain-client.ts";
import { discoverPools } from "../../market/discovery.ts";
import { PoolBook } from "../../market/pool-book.ts";
import { calldataBytes, estimateGas, type GasQuestion, type TokenCode } from "../../rust-wasm/calculations/gas.ts";
import { walkTicks } from "../../rust-wasm/calculations/tick-walk.ts";
import { Engine, type EngineHop } from "../../rust-wasm/engine.ts";
import { flashLoanFee } from "../../strategy/detect.ts";
import { allCycles } from "./cycles.ts";
import { BlockFacts, type ChosenSwap } from "./facts.ts";

/** One mined call of the executor. */
export interface Execution {
	readonly question: GasQuestion;
	readonly gasLimit: bigint;
	/** Of the receipt. */
	readonly gasUsed: bigint;
	readonly hash: string;
	readonly end: "succeeded" | "out-of-gas" | "reverted";
	/** Null where it was not asked for. */
	readonly probe: Probe | null;
}

/** What the receipt does not say, from executing the call at the state before its block. */
interface Probe {
	/** The least gas limit that suffices, to a thousandth. */
	readonly leastGas: bigint;
	/** The refund counter at the end (EIP-3529), before its cap. */
	readonly refund: bigint;
}

export interface ExecutionOptions {
	readonly seed: number;
	readonly count: number;
	/** The limit that a transaction gets: that of its estimate, or one that no execution reaches. */
	readonly gasLimit: "estimated" | "ample";
	readonly maxHops: number;
	/** How many executions are probed, one per block at most. */
	readonly probes: number;
	readonly signal: AbortSignal;
	/** Told after each block how many have been executed. */
	readonly onBlock: (executed: number) => void;
}

const AMPLE_GAS = 3_000_000n;
const SETTING_GAS = 3_000_000n;
const GAS_PRICE_WEI = 100_000_000_000n;
/** Ether for a whole run, on a chain where it is free. */
const WALLET_WEI = 10n ** 24n;
const BLOCK_SECONDS = 12;
const MAX_PER_BLOCK = 16;
/** How far pools are traded away from their first prices: the standard deviation of one block's relative moves is drawn between these. */
const MOVE = { low: 0.001, high: 0.08 };
/** Of the pools, each is moved before a block with this probability. */
const MOVED_SHARE = { low: 0.05, high: 0.6 };
/** A pool that another execution of the block has used is met again with this probability. */
const SAME_BLOCK_SHARE = 0.15;
const NEW_TREASURY_SHARE = 0.1;
/** Before a block the lender's fee changes with this probability, between none and 0.02 % (of 1e18). */
const NEW_FEE_SHARE = 0.2;
const LOAN_FEE = 2n * 10n ** 14n;
/** Of the V3 pools, every second keeps more than one observation, every third one pays the protocol. */
const OBSERVATIONS = 8;
const FEE_PROTOCOL = 5;

const ERC20 = new Interface(["function balanceOf(address) view returns (uint256)"]);
const POOL = new Interface(["function increaseObservationCardinalityNext(uint16)", "function setFeeProtocol(uint8, uint8)"]);
const EXECUTOR = readArtifact("executor").abi;
const VAULT = readArtifact("vault").abi;
const AUTHORIZER = readArtifact("authorizer").abi;
const COLLECTOR = new Interface(["function getActionId(bytes4) view returns (bytes32)", "function setFlashLoanFeePercentage(uint256)"]);

/**
 * Executes random cycles on a fresh devnet, several to a block, each profitable on the state that it meets: pools of all dexes, every token as the start,
 * both directions, inputs from a hundred-thousandth of the best size to nearly twice of it. The market trades before each block.
 */
export async function executeRandomly(options: ExecutionOptions): Promise<readonly Execution[]> {
	const devnet = await startDevnet({ seed: options.seed, blockMs: "manual", simulator: false, competitor: false });
	try {
		const client = await connectChain(devnet.chain);
		try {
			return await new Run(devnet, client, options).execute();
		} finally {
			client.close();
		}
	} finally {
		await devnet.close();
	}
}

interface Chosen {
	readonly cycle: readonly EngineHop[];
	readonly amounts: readonly bigint[];
	readonly swaps: readonly ChosenSwap[];
}

const receiptsSchema = z.array(z.object({ transactionHash: z.string(), status: z.string(), gasUsed: z.string().transform(BigInt) }));

const traceSchema = z.object({ structLogs: z.array(z.object({ refund: z.int().optional() })) });

class Run {
	readonly #devnet: Devnet;
	readonly #client: ChainClient;
	readonly #options: ExecutionOptions;
	readonly #rpc: Rpc;
	readonly #random: Random;
	readonly #market: Market;
	readonly #holders = new Set<string>();
	#treasury: string;
	#probesLeft: number;
	#collector = "";
	/** Share of a loan, of 1e18. */
	#loanFee = 0n;

	constructor(devnet: Devnet, client: ChainClient, options: ExecutionOptions) {
		this.#devnet = devnet;
		this.#client = client;
		this.#options = options;
		this.#rpc = new Rpc(devnet.rpcUrl);
		this.#random = createRandom(options.seed, "gas executions");
		const randoms = {
			first: createRandom(options.seed, "gas market"),
			second: createRandom(options.seed, "gas market of further families"),
		};
		this.#market = new Market({ rpc: this.#rpc, deployment: devnet.deployment, randoms, log: pino({ level: "silent" }) });
		this.#treasury = devnetAccounts().treasury.address;
		this.#probesLeft = options.probes;
	}

	async execute(): Promise<readonly Execution[]> {
		const { count, maxHops, signal, onBlock } = this.#options;
		const pools = await discoverPools(this.#client, this.#devnet.chain, {});
		await this.#prepare(pools);
		const book = new PoolBook(this.#client, pools);
		await book.load(await this.#client.head());
		const cycles = allCycles(pools, maxHops);
		const byLength = Array.from({ length: maxHops - 1 }, (_, i) => cycles.filter((cycle) => cycle.length === i + 2));
		const start = await this.#market.pools();
		const executions: Execution[] = [];
		while (executions.length < count) {
			signal.throwIfAborted();
			await this.#moveMarket(start);
			await this.#advance(book);
			const batch = await this.#executeBlock({ book, byLength, pools, atMost: Math.min(MAX_PER_BLOCK, count - executions.length) });
			executions.push(...batch);
			onBlock(executions.length);
		}
		return executions;
	}

	async #prepare(pools: readonly Pool[]): Promise<void> {
		const { treasury, deployer, operators } = devnetAccounts();
		await this.#rpc.call("anvil_autoImpersonateAccount", true);
		for (const account of [treasury, deployer, ...operators]) {
			await this.#rpc.call("anvil_setBalance", account.address, hexQuantity(WALLET_WEI));
		}
		const concentrated = pools.filter((pool) => pool.family === "uniswap-v3");
		for (const [i, { address }] of concentrated.entries()) {
			if (i % 2 === 0) {
				await this.#send(deployer.address, address, POOL.encodeFunctionData("increaseObservationCardinalityNext", [OBSERVATIONS]));
			}
			if (i % 3 === 0) await this.#send(deployer.address, address, POOL.encodeFunctionData("setFeeProtocol", [FEE_PROTOCOL, FEE_PROTOCOL]));
		}
		this.#collector = await this.#allowFees(deployer.address);
		await this.#mine();
	}

	/** Lets an account set the fee of the vault's loans; returns the address that holds it. */
	async #allowFees(account: string): Promise<string> {
		const { vault } = this.#devnet.deployment;
		const collector = String(await this.#read(vault, VAULT, "getProtocolFeesCollector"));
		const authorizer = String(await this.#read(vault, VAULT, "getAuthorizer"));
		const setFee = COLLECTOR.getFunction("setFlashLoanFeePercentage")?.selector;
		const action = await this.#read(collector, COLLECTOR, "getActionId", [setFee]);
		await this.#send(account, authorizer, AUTHORIZER.encodeFunctionData("grantRole", [action, account]));
		return collector;
	}

	/** Trades pools to random distances from their first prices, so that cycles open between them. */
	async #moveMarket(start: readonly MarketPool[]): Promise<void> {
		const random = this.#random;
		const deviation = random.logUniform(MOVE.low, MOVE.high);
		const share = random.logUniform(MOVED_SHARE.low, MOVED_SHARE.high);
		const moved = start.filter(() => random.next() < share);
		const targets = (moved.length === 0 ? [random.pick(start)] : moved).map((pool) =>
			priceTarget(pool, pool.price * Math.exp(deviation * random.normal()), "shock"),
		);
		await this.#market.send(targets, await this.#market.pools());
		// Another account gets the profit, so that it is the first of its tokens.
		if (random.next() < NEW_TREASURY_SHARE) {
			this.#treasury = hexlify(Uint8Array.from({ length: 20 }, () => Math.floor(random.next() * 256)));
			const data = EXECUTOR.encodeFunctionData("setTreasury", [this.#treasury]);
			await this.#send(devnetAccounts().treasury.address, this.#devnet.deployment.executor, data);
		}
		if (random.next() < NEW_FEE_SHARE) {
			this.#loanFee = this.#loanFee === 0n ? LOAN_FEE : 0n;
			const data = COLLECTOR.encodeFunctionData("setFlashLoanFeePercentage", [this.#loanFee]);
			await this.#send(devnetAccounts().deployer.address, this.#collector, data);
		}
		await this.#mine();
	}

	/** Takes the book to the head. */
	async #advance(book: PoolBook): Promise<void> {
		const head = await this.#client.head();
		for (let number = book.block.number + 1; number <= head.number; number++) {
			const block = number === head.number ? head : await this.#client.block(number);
			if (block === null) throw new ArbError({ code: "chain", message: `the devnet has no block ${number}`, retryable: false });
			await book.apply(block, await this.#client.logsOf(block.hash, {}));
		}
	}

	async #executeBlock(of: {
		readonly book: PoolBook;
		readonly byLength: readonly (readonly (readonly EngineHop[])[])[];
		readonly pools: readonly Pool[];
		readonly atMost: number;
	}): Promise<readonly Execution[]> {
		const { book } = of;
		const parent = book.block;
		const states = new Map(book.states.map((state) => [state.address, state]));
		const chosen = this.#choose({ ...of, states });
		if (chosen.length === 0) return [];
		const swaps = chosen.flatMap((each) => each.swaps);
		const facts = await BlockFacts.read(this.#client, parent.hash, swaps);
		const sent: Omit<Execution, "gasUsed" | "end">[] = [];
		const operator = this.#devnet.chain.operators[0] ?? "";
		for (const each of chosen) {
			const calldata = this.#encode(each, { parent, states: book });
			const question: GasQuestion = {
				lender: "balancer-v2",
				loanFee: await this.#feeOf(each),
				calldata: calldataBytes(calldata),
				isTreasuryEmpty: await this.#isFirst(each.cycle[0]?.tokenIn ?? "", this.#treasury),
				hops: each.swaps.map((swap, i) => facts.next(swap, this.#codes(each.cycle[i]))),
			};
			const gasLimit = this.#options.gasLimit === "ample" ? AMPLE_GAS : estimateGas(question).gasLimit;
			// The first of the block alone meets the head's state.
			const probe = sent.length === 0 && this.#probesLeft-- > 0 ? await this.#probe(operator, calldata) : null;
			sent.push({ question, gasLimit, probe, hash: await this.#send(operator, this.#devnet.deployment.executor, calldata, gasLimit) });
		}
		await this.#mine();
		const executions = await this.#outcomes(sent);
		await this.#advance(book);
		if (executions.every(({ end }) => end === "succeeded")) requireSame(book, states);
		return executions;
	}

	/** Cycles that earn something where they stand in the block; `states` goes on with what each of them leaves. */
	#choose(of: {
		readonly byLength: readonly (readonly (readonly EngineHop[])[])[];
		readonly pools: readonly Pool[];
		readonly states: Map<string, PoolState>;
		readonly atMost: number;
	}): readonly Chosen[] {
		using engine = new Engine();
		engine.upsertPools([...of.states.values()]);
		const random = this.#random;
		const used = new Set<string>();
		const chosen: Chosen[] = [];
		for (let tries = 0; tries < 40 * of.atMost && chosen.length < of.atMost; tries++) {
			const cycle = random.pick(random.pick(of.byLength));
			if (cycle.some((hop) => used.has(hop.pool)) && random.next() > SAME_BLOCK_SHARE) continue;
			const amounts = this.#sized(engine, cycle);
			if (amounts === null) continue;
			const swaps = cycle.map((hop, i) => perform(engine, { ...of, hop, amountIn: amounts[i] ?? 0n, amountOut: amounts[i + 1] ?? 0n }));
			for (const hop of cycle) used.add(hop.pool);
			chosen.push({ cycle, amounts, swaps });
		}
		return chosen;
	}

	/** Amounts along the cycle for a random size that does not lose; null where there is none. */
	#sized(engine: Engine, cycle: readonly EngineHop[]): readonly bigint[] | null {
		const random = this.#random;
		try {
			const best = engine.optimise(cycle, 10n ** 30n);
			if (best === null) return null;
			const share = random.pick([random.logUniform(1e-5, 0.1), 0.1 + 0.9 * random.next(), 1 + 0.95 * random.next()]);
			const amountIn = (best.amountIn * BigInt(Math.round(share * 1e9))) / 10n ** 9n;
			if (amountIn === 0n) return null;
			const { amounts } = engine.quoteRoute(cycle, amountIn);
			return amounts.every((amount) => amount > 0n) && this.#profit(amounts) > 0n ? amounts : null;
		} catch (error) {
			// The search may lead out of the ticks that are known, or a size may be too small for a pool.
			if (error instanceof ArbError && error.code === "engine") return null;
			throw error;
		}
	}

	#encode({ cycle, amounts }: Chosen, of: { readonly parent: Block; readonly states: PoolBook }): string {
		const random = this.#random;
		const hops = cycle.map((hop, i): PlannedHop => {
			const state = of.states.state(hop.pool);
			return { ...hop, family: state.family, ...executionFacts(state), amountIn: String(amounts[i]), amountOut: String(amounts[i + 1]) };
		});
		return encodeExecute({
			planId: hexlify(Uint8Array.from({ length: 32 }, () => Math.floor(random.next() * 256))),
			lender: this.#devnet.deployment.vault,
			startToken: cycle[0]?.tokenIn ?? "",
			amountIn: amounts[0] ?? 0n,
			minProfit: (this.#profit(amounts) * BigInt(Math.floor(random.next() * 1000))) / 1000n,
			deadlineBlock: of.parent.number + 2,
			hops,
		});
	}

	#codes(hop: EngineHop | undefined): { readonly tokenIn: TokenCode; readonly tokenOut: TokenCode } {
		const code = (token: string | undefined): TokenCode => (token === this.#devnet.deployment.weth ? "weth9" : "plain-erc20");
		return { tokenIn: code(hop?.tokenIn), tokenOut: code(hop?.tokenOut) };
	}

	/** What the cycle earns after the lender's fee, which is rounded up. */
	#profit(amounts: readonly bigint[]): bigint {
		const amountIn = amounts[0] ?? 0n;
		return (amounts.at(-1) ?? 0n) - amountIn - flashLoanFee(amountIn, this.#loanFee);
	}

	async #feeOf({ cycle }: Chosen): Promise<GasQuestion["loanFee"]> {
		if (this.#loanFee === 0n) return "none";
		return (await this.#isFirst(cycle[0]?.tokenIn ?? "", this.#collector)) ? "first" : "paid";
	}

	/** Whether the account has nothing of the token before it is paid in it now; true once only. */
	async #isFirst(token: string, account: string): Promise<boolean> {
		const key = `${token} ${account}`;
		if (this.#holders.has(key)) return false;
		this.#holders.add(key);
		return (await this.#read(token, ERC20, "balanceOf", [account])) === 0n;
	}

	async #read(to: string, abi: Interface, name: string, values: readonly unknown[] = []): Promise<unknown> {
		const answer = await this.#rpc.call("eth_call", { to, data: abi.encodeFunctionData(name, values) }, "latest");
		return abi.decodeFunctionResult(name, z.string().parse(answer))[0];
	}

	/** The least limit by halving: the call at the head fails below it. */
	async #probe(from: string, data: string): Promise<Probe> {
		const call = (gas: bigint) => ({ from, to: this.#devnet.deployment.executor, data, gas: hexQuantity(gas) });
		const settings = { disableMemory: true, disableStorage: true, disableStack: true };
		const { structLogs } = traceSchema.parse(await this.#rpc.call("debug_traceCall", call(AMPLE_GAS), "latest", settings));
		let [tooLittle, leastGas] = [0n, AMPLE_GAS];
		while ((leastGas - tooLittle) * 1000n > leastGas) {
			const gas = (tooLittle + leastGas) / 2n;
			try {
				await this.#rpc.call("eth_call", call(gas), "latest");
				leastGas = gas;
			} catch (error) {
				if (!(error instanceof RpcError)) throw error;
				tooLittle = gas;
			}
		}
		return { leastGas, refund: BigInt(structLogs.at(-1)?.refund ?? 0) };
	}

	async #outcomes(sent: readonly Omit<Execution, "gasUsed" | "end">[]): Promise<readonly Execution[]> {
		const receipts = new Map(
			receiptsSchema.parse(await this.#rpc.call("eth_getBlockReceipts", "latest")).map((of) => [of.transactionHash, of]),
		);
		const executions: Execution[] = [];
		for (const each of sent) {
			const receipt = receipts.get(each.hash);
			if (receipt === undefined) throw new ArbError({ code: "chain", message: `transaction ${each.hash} was not mined`, retryable: false });
			const end = receipt.status === "0x1" ? "succeeded" : (await this.#ranOutOfGas(each.hash)) ? "out-of-gas" : "reverted";
			executions.push({ ...each, gasUsed: receipt.gasUsed, end });
		}
		return executions;
	}

	/** Whether any call inside the transaction ended for want of gas. */
	async #ranOutOfGas(hash: string): Promise<boolean> {
		const trace = await this.#rpc.call("debug_traceTransaction", hash, { tracer: "callTracer" });
		return /out ?of ?gas/i.test(JSON.stringify(trace));
	}

	async #send(from: string, to: string, data: string, gas = SETTING_GAS): Promise<string> {
		const transaction = { from, to, data, gas: hexQuantity(gas), gasPrice: hexQuantity(GAS_PRICE_WEI) };
		return z.string().parse(await this.#rpc.call("eth_sendTransaction", transaction));
	}

	/** Mines all that waits into one block, with a time of its own. */
	async #mine(): Promise<void> {
		const head = await this.#client.head();
		await this.#rpc.call("evm_mine", hexQuantity(head.timestamp + BLOCK_SECONDS));
		const { pending, queued } = z.object({ pending: z.string(), queued: z.string() }).parse(await this.#rpc.call("txpool_status"));
		if (pending === "0x0" && queued === "0x0") return;
		throw new ArbError({ code: "chain", message: `${pending} transactions did not fit into block ${head.number + 1}`, retryable: false });
	}
}

/** A swap with its walk; engine and states go on to what it leaves. */
function perform(
	engine: Engine,
	of: {
		readonly pools: readonly Pool[];
		readonly states: Map<string, PoolState>;
		readonly hop: EngineHop;
		readonly amountIn: bigint;
		readonly amountOut: bigint;
	},
): ChosenSwap {
	const { hop, amountIn, amountOut, states } = of;
	const pool = of.pools.find(({ address }) => address === hop.pool);
	const state = states.get(hop.pool);
	if (pool === undefined || state === undefined) throw new RangeError(`pool ${hop.pool} has no state`);
	const zeroForOne = hop.tokenIn === state.token0;
	if (state.family === "uniswap-v2") {
		const [change0, change1] = zeroForOne ? [amountIn, -amountOut] : [-amountOut, amountIn];
		const after = {
			...{ ...state, reserve0: (BigInt(state.reserve0) + change0).toString() },
			reserve1: (BigInt(state.reserve1) + change1).toString(),
		};
		states.set(hop.pool, after);
		engine.upsertPools([after]);
		return { pool, zeroForOne, amountIn, walk: null };
	}
	if (state.family !== "uniswap-v3")
		throw new RangeError(`pool ${hop.pool} is of family ${state.family}, which this benchmark does not trade in`);
	const swap = engine.swapV3({ pool: hop.pool, tokenIn: hop.tokenIn, amountIn });
	const walk = walkTicks(state, { zeroForOne, endTick: swap.tick });
	const after = { ...state, sqrtPriceX96: swap.sqrtPriceX96.toString(), liquidity: swap.liquidity.toString(), tick: swap.tick };
	states.set(hop.pool, after);
	engine.upsertPools([after]);
	return { pool, zeroForOne, amountIn, walk };
}

/** The chain must stand where the block's executions were computed to end: else the estimates were for other states than those met. */
function requireSame(book: PoolBook, expected: ReadonlyMap<string, PoolState>): void {
	for (const [address, state] of expected) {
		const [actual, computed] = [swapped(book.state(address)), swapped(state)];
		if (actual === computed) continue;
		throw new ArbError({
			code: "engine",
			message: `pool ${address} ended block ${book.block.number} as ${actual}, computed was ${computed}`,
			retryable: false,
		});
	}
}

/** What a swap changes of a state; the range of ticks that the book knows may have moved along. */
function swapped(state: PoolState): string {
	if (state.family === "uniswap-v2") return `reserves ${state.reserve0} and ${state.reserve1}`;
	return `price ${state.sqrtPriceX96}, tick ${state.tick}, liquidity ${state.liquidity}`;
}
